"""Jupyter: cells that await a client and call one, in a kernel."""

import nbformat
from nbclient import NotebookClient

cells = [
    "import pins; from whatsapp_two_step import AsyncClient",
    "client = AsyncClient.from_env()",
    "response = await client.set_two_step_pin(pins.ID, '012345'); print(response.attempts)",
    "print(pins.say())",
    "client",
]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
outputs = [output for cell in NotebookClient(notebook).execute().cells for output in cell.outputs]
print(*(output["text"].strip() if "text" in output else "EAAG_test" not in str(output) for output in outputs))
