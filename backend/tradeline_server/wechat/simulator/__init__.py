"""WeChat in the box: a server that signs, encrypts, delays, repeats, forges and fails as WeChat
does, with books of its own, so that everything runs without credentials (ADR 0019)."""

from tradeline_server.wechat.simulator.books import FEE_RATE, Config, Refusal
from tradeline_server.wechat.simulator.keys import (
    SimulatorKeys,
    branch_keys,
    environment_of,
    generate_keys,
    kept_branch_keys,
    kept_keys,
    public_pem,
)
from tradeline_server.wechat.simulator.notifying import Mischief
from tradeline_server.wechat.simulator.server import Running, running_simulator
from tradeline_server.wechat.simulator.simulator import Mishap, Simulator

__all__ = [
    "FEE_RATE",
    "Config",
    "Mischief",
    "Mishap",
    "Refusal",
    "Running",
    "Simulator",
    "SimulatorKeys",
    "branch_keys",
    "environment_of",
    "generate_keys",
    "kept_branch_keys",
    "kept_keys",
    "public_pem",
    "running_simulator",
]
