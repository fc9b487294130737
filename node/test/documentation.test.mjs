// Every example of the documentation that reaches no server but the sandbox, or asks the environment where to go, runs, and prints what its comments say.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { startSandbox } from 'whatsapp-two-step/testing'

const folder = new URL('../examples/', import.meta.url)
const examples = readdirSync(folder).filter((file) => file.endsWith('.mts'))
assert.ok(examples.length >= 6, 'examples were found')

const own = { ...process.env } // before a sandbox keeps this process on this machine
for (const file of examples) {
  const source = readFileSync(new URL(file, folder), 'utf8')
  const isLocal = /startSandbox|fromEnv|transport|'12345'|generatePin\(\)\.|isWeakPin|securityEvents|SqliteVault|new VaultError|new Secret|Entry\.parse|checkVault/.test(source)
  test(file, { skip: isLocal ? false : 'it would call Meta; it was compiled' }, async (t) => {
    const sandbox = await startSandbox()
    t.after(() => sandbox.close())
    const env = { ...own, WHATSAPP_ACCESS_TOKEN: 'EAAG_example', WHATSAPP_BASE_URL: sandbox.baseUrl }
    const program = new URL(file.replace('.mts', '.mjs'), folder)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program.pathname], { env, timeout: 60_000 })
    const due = [...source.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => text)
    // What is another one each time has no comment.
    if (due.length === source.split('console.log(').length - 1) assert.deepEqual(stdout.split('\n').slice(0, -1), due)
    assert.equal(stderr, '')
  })
}

test('every public name has its comment in the typings', () => {
  const dist = new URL('../node_modules/whatsapp-two-step/dist/', import.meta.url)
  const bare = []
  for (const name of ['accounts', 'check_vault', 'client', 'entry', 'errors', 'fetch', 'fleet', 'phone_number', 'pin', 'recorded', 'response', 'rotate_all', 'rotation', 'rotator', 'secret', 'testing', 'transport', 'vault', 'vault_error', 'vault_state', 'vaults', 'watch', 'webhook']) {
    const lines = readFileSync(new URL(`${name}.d.cts`, dist), 'utf8').split('\n')
    lines.forEach((line, at) => {
      const isName = /^export (declare )?(class|function|interface|type) /.test(line) || /^    (static |get |readonly |protected )*\w+\??[:(]/.test(line)
      const isKind = /readonly kind: '/.test(line) // its class says it
      if (isName && !isKind && !/\*\/$|^    constructor\(/.test(lines[at - 1])) bare.push(`${name}: ${line.trim()}`)
    })
  }
  assert.deepEqual(bare, [])
})
