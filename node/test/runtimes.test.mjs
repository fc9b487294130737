// The same program under Node, Bun and Deno. RUNTIMES is a folder where the latter two are installed, if they could be had.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { sandboxed, unless } from './support.mjs'

const { sandbox } = await sandboxed()
const program = fileURLToPath(new URL('programs/everywhere.mjs', import.meta.url))
const bin = (name) => join(process.env.RUNTIMES ?? '', 'node_modules', '.bin', name)
const runtimes = {
  node: [process.execPath],
  bun: [bin('bun')],
  deno: [bin('deno'), 'run', '-A', '--node-modules-dir=manual', '--no-lock'],
}

for (const [name, [command, ...flags]] of Object.entries(runtimes)) {
  test(name, unless(existsSync(command), `${name} could not be had`), async () => {
    const env = { ...process.env, BASE_URL: sandbox.baseUrl }
    const { stdout } = await promisify(execFile)(command, [...flags, program], { env, timeout: 60_000 })
    assert.equal(stdout, 'done\n')
  })
}
