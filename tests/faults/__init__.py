"""What the portal promises when things die: nothing lost, nothing twice but what is recorded.

``rig`` starts the portal's two shapes as real processes and kills them; ``oracle`` compares what the
mail server took with what the database says. ``python -m tests.faults`` is the long form.
"""
