"""The process in which an untrusted model lives."""
