"""Runs unmodified Onedata handlers; see supervisor.py for who owns which process."""
