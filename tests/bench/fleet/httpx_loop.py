"""What a careful user would write: httpx_loop.py URL NUMBERS AT_ONCE. A PIN is in the table before it is sent, and marked after."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import sys

import httpx


async def main(url: str, numbers: int, at_once: int) -> None:
    table = sqlite3.connect("pins.db")
    table.execute("PRAGMA journal_mode = WAL")
    table.execute("PRAGMA synchronous = FULL")
    table.execute("CREATE TABLE pins (id TEXT PRIMARY KEY, pin TEXT, done INTEGER DEFAULT 0)")
    turns = asyncio.Semaphore(at_once)
    headers = {"Authorization": f"Bearer {os.environ['WHATSAPP_ACCESS_TOKEN']}"}
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=30) as client:

        async def rotate(number: str) -> None:
            async with turns:
                pin = f"{secrets.randbelow(1_000_000):06}"
                with table:
                    table.execute("INSERT INTO pins (id, pin) VALUES (?, ?)", (number, pin))
                answer = await client.post(f"/v24.0/{number}", json={"pin": pin})
                answer.raise_for_status()
                if answer.json().get("success") is not True:
                    raise RuntimeError(number)
                with table:
                    table.execute("UPDATE pins SET done = 1 WHERE id = ?", (number,))

        await asyncio.gather(*(rotate(str(106_540_352_242_922 + n)) for n in range(numbers)))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
