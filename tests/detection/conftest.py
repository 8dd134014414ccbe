"""The shipped rules, made ready once: compiling them takes seconds."""

import pytest

from kirosafe.cli.wire import shipped_rules
from kirosafe.detection.engine import Engine
from kirosafe.detection.rulebook import parse_rules
from kirosafe.detection.toolkit import Toolkit
from kirosafe.model.rule import Rulebook
from tests.support.detection import KEY


@pytest.fixture(scope="session")
def shipped() -> Rulebook:
    """The rules that come with kirosafe."""
    return parse_rules(shipped_rules())


@pytest.fixture(scope="session")
def kit(shipped: Rulebook) -> Toolkit:
    """The toolkit of a scan with default options."""
    return Toolkit(shipped, KEY)


@pytest.fixture(scope="session")
def engine(kit: Toolkit) -> Engine:
    """The engine of a scan with default options."""
    return Engine(kit)
