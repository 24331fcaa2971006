"""What a worker gives up before it reads an upload: files, network, programs, processes, memory without end."""

from core.workers.lockdown.apply import Layer, Terms, library_folders, lock

__all__ = ["Layer", "Terms", "library_folders", "lock"]
