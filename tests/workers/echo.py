"""A worker that answers with what it sees."""

from __future__ import annotations

import os
import threading

import numpy as np

from core.workers import client, launch, region, wire


class Echo:
    """A worker in a thread, which answers with the bytes that it sees, and the app's way to it."""

    def __init__(self) -> None:
        made = region.create()
        assert made is not None
        self.region, descriptor = made
        window, answers = region.attach(descriptor)
        os.close(descriptor)
        to_worker, from_app = os.pipe()
        to_app, from_worker = os.pipe()
        for end in (from_app, to_app):
            os.set_blocking(end, False)
        self.channel = launch.Channel(0, to_app, from_app, self.region)
        self.asked = 0
        self._ends = (to_worker, from_worker, to_app)
        self._thread = threading.Thread(target=self._serve, args=(window, answers))
        self._thread.start()

    def _serve(self, window: region.Window, answers: region.Region) -> None:
        while True:
            try:
                request = wire.receive(self._ends[0], wire.Limits(), window=window)
            except wire.Closed:
                return
            self.asked += 1
            wire.send(self._ends[1], wire.Message({}, [array.copy() for array in request.arrays]), region=answers)

    def sees(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """What the worker sees of arrays that the app asks about."""
        return client._exchange(self.channel, wire.Message({}, list(arrays)), 20, wire.Limits(), None).arrays

    def close(self) -> None:
        os.close(self.channel.target)
        self._thread.join(10)
        for end in self._ends:
            os.close(end)
