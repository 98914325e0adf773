"""The process of a Prefect server of our own: ``python -m flows.prefect_process PORT``."""

import gc
import sys


def main(port: int) -> None:
    """Serve until told to end.

    While two thousand modules are loaded nothing becomes garbage, and looking for it is a fifth of the time.
    """
    gc.disable()
    import uvicorn  # noqa: PLC0415 - the collector has to be off before
    from prefect.server.api.server import create_app  # noqa: PLC0415 - the same

    app = create_app()
    gc.freeze()
    gc.enable()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", lifespan="on")


if __name__ == "__main__":
    main(int(sys.argv[1]))
