"""The ground of the house: the mall's data and the queue's rules; knows no web and no paper."""
