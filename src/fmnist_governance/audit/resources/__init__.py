"""Parts of the efficiency check: counting what a pass needs, timing it, and the memory and energy that it takes."""
