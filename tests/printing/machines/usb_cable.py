"""A USB cable for the library that speaks to libusb: at its other end hangs a printer of ours."""

from __future__ import annotations

import socket
from array import array
from collections.abc import Iterator
from types import SimpleNamespace

from typing_extensions import override
from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from tests.printing.machines.escpos_printer import HOST

VENDOR, PRODUCT = 0x04B8, 0x0E15
OUT, IN = 0x01, 0x82
BULK, PRINTER_CLASS = 2, 7


class UsbCable(IBackend):  # type: ignore[misc]  # the library has no types
    """The one device that this machine has; `plugged` tells whether it is there."""

    def __init__(self, port: int, *, answers: bool = True) -> None:
        super().__init__()
        self._port = port
        self._endpoints = (OUT, IN) if answers else (OUT,)
        self._line: socket.socket | None = None
        self.plugged = True

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    @override
    def enumerate_devices(self) -> Iterator[object]:
        return iter([self] if self.plugged else [])

    @override
    def get_device_descriptor(self, dev: object) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=VENDOR,
            idProduct=PRODUCT,
            bcdDevice=0x0100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=0,
            bNumConfigurations=1,
            address=5,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=3,
        )

    @override
    def get_configuration_descriptor(self, dev: object, config: int) -> SimpleNamespace:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    @override
    def get_interface_descriptor(
        self, dev: object, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if intf or alt or config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=len(self._endpoints),
            bInterfaceClass=PRINTER_CLASS,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
            extra_descriptors=[],
        )

    @override
    def get_endpoint_descriptor(
        self, dev: object, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=self._endpoints[ep],
            bmAttributes=BULK,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    @override
    def open_device(self, dev: object) -> object:
        self._line = socket.create_connection((HOST, self._port))
        return self

    @override
    def close_device(self, dev_handle: object) -> None:
        self.close()

    @override
    def set_configuration(self, dev_handle: object, config_value: int) -> None:
        pass

    @override
    def get_configuration(self, dev_handle: object) -> int:
        return 1

    @override
    def claim_interface(self, dev_handle: object, intf: int) -> None:
        pass

    @override
    def release_interface(self, dev_handle: object, intf: int) -> None:
        pass

    @override
    def reset_device(self, dev_handle: object) -> None:
        pass

    @override
    def bulk_write(
        self, dev_handle: object, ep: int, intf: int, data: array[int], timeout: int
    ) -> int:
        assert ep == OUT
        line = self._ready(timeout)
        try:
            return line.send(data)
        except TimeoutError:
            raise USBTimeoutError("timed out") from None

    @override
    def bulk_read(
        self, dev_handle: object, ep: int, intf: int, buff: array[int], timeout: int
    ) -> int:
        assert ep == IN
        line = self._ready(timeout)
        try:
            said = line.recv(len(buff))
        except TimeoutError:
            raise USBTimeoutError("timed out") from None
        buff[: len(said)] = array("B", said)
        return len(said)

    def _ready(self, timeout: int) -> socket.socket:
        if not self.plugged or self._line is None:
            raise USBError("No such device (it may have been disconnected)", errno=19)
        self._line.settimeout(timeout / 1000)
        return self._line
