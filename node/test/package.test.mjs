// The package as it is installed: what is in it, what it weighs, what it costs to load.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../node_modules', import.meta.url))
const manifest = (name) => JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'))
const main = manifest('whatsapp-two-step')
const installed = Object.keys(main.optionalDependencies).filter((name) => readdirSync(root).includes(name))

test('one platform is installed, of the same version, under 6 MB', (t) => {
  assert.equal(installed.length, 1)
  const [name] = installed
  assert.equal(manifest(name).version, main.version)
  for (const version of Object.values(main.optionalDependencies)) assert.equal(version, main.version)
  const { size } = statSync(join(root, name, manifest(name).main))
  t.diagnostic(`the native library has ${(size / 1e6).toFixed(2)} MB`)
  assert.ok(size < 6_000_000)
})

test('nothing of the machine that built it, and no script that runs on install', () => {
  for (const name of ['whatsapp-two-step', ...installed]) {
    const { scripts, dependencies, devDependencies, engines } = manifest(name)
    assert.deepEqual({ scripts, dependencies, devDependencies, engines }, { scripts: undefined, dependencies: undefined, devDependencies: undefined, engines: { node: '>=20' } })
    for (const entry of readdirSync(join(root, name), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'latin1')
      assert.doesNotMatch(text, /\/home\/\w|\/root\/\.|\/Users\/\w/, entry.name)
    }
  }
})

test('it loads as an ES module and as CommonJS by name, and as a default', () => {
  const run = (...flags) => execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8' }).trim()
  assert.equal(run('--input-type=module', '-e', "import { Client } from 'whatsapp-two-step'; console.log(Client.name)"), 'Client')
  assert.equal(run('-e', "const { Client } = require('whatsapp-two-step'); console.log(Client.name)"), 'Client')
  assert.equal(run('-e', "console.log(require('whatsapp-two-step/package.json').name)"), 'whatsapp-two-step')
  assert.equal(run('--input-type=module', '-e', "import { startSandbox } from 'whatsapp-two-step/testing'; console.log(typeof startSandbox)"), 'function')
})

test('the program of a CommonJS user', () => {
  const program = `
    const { Client, TwoStepError } = require('whatsapp-two-step')
    const { startSandbox } = require('whatsapp-two-step/testing')
    startSandbox().then(async (sandbox) => {
      const client = new Client({ accessToken: 'EAAG_test', baseUrl: sandbox.baseUrl })
      console.log((await client.setTwoStepPin('106540352242922', '012345')).attempts, sandbox.pin('106540352242922'))
      await client.setTwoStepPin('1', '2').catch((error) => console.log(error instanceof TwoStepError))
    })`
  assert.equal(execFileSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' }), '1 012345\ntrue\n')
})

test('loading takes little', (t) => {
  const time = "const start = performance.now(); require('whatsapp-two-step'); console.log(performance.now() - start)"
  const times = Array.from({ length: 9 }, () => Number(execFileSync(process.execPath, ['-e', time], { cwd: root, encoding: 'utf8' }))).sort((a, b) => a - b)
  t.diagnostic(`require takes ${times[4].toFixed(1)} ms (median of 9; at best ${times[0].toFixed(1)} ms)`)
  assert.ok(times[0] < 100, `${times[0]} ms`)
})
