"""The process that looks, decides and acts: the tick, its threads and timers, and how they are wired."""
