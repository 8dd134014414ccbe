"""The project that the README's transcript is about."""

from pathlib import Path

from tests.support.keys import Keys
from tests.support.repository import Repository

_FILES = {
    ".gitignore": "/.env\n",
    ".env": "AWS_ACCESS_KEY_ID={aws_id}\nAWS_SECRET_ACCESS_KEY={aws_secret}\nLOG_LEVEL=info\n",
    ".env.example": "AWS_ACCESS_KEY_ID=your-key-id\nAWS_SECRET_ACCESS_KEY=your-secret\n",
    "app.py": "import os\n\nkey = os.environ['AWS_ACCESS_KEY_ID']\n",
    "deploy/prod.yaml": "region: eu-west-1\ndatabase: postgres://shop:{password}@db.internal/shop\n",
    "scripts/release.sh": "#!/bin/sh\nGITHUB_TOKEN={token} ./publish\n",
}


def demo_project(folder: Path) -> tuple[Repository, list[str]]:
    """A small shop in a git repository, and the secrets in it."""
    keys = Keys(7)
    secrets = {
        "aws_id": keys.aws_id(),
        "aws_secret": keys.aws_secret(),
        "password": keys.password(),
        "token": keys.github_token(),
    }
    repository = Repository(folder)
    for name, content in _FILES.items():
        repository.write(name, content.format(**secrets))
    repository.commit()
    return repository, list(secrets.values())
