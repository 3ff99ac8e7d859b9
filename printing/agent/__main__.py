"""`python -m printing.agent`: the print agent's program."""

from printing.agent.program import main

if __name__ == "__main__":
    main(prog_name="python -m printing.agent")
