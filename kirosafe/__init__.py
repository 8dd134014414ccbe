"""What could Kiro read here, and can it be started so that it reads only what was approved?"""

__version__ = "0.1.0"
