"""
Does the engine keep its promises? Thousands of simulated rollouts, judged by the product's own `canary.evidence`.

    python -m tests.evidence.simulation --write docs/evidence.md

Traffic is drawn with fixed seeds, so a run can be repeated; what is claimed and what is missed is told in sentences.
"""
