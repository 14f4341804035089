"""Many files at once: shards, killable workers, a journal to go on from."""
