// The library in a bundle: built as the page of frameworks says, and run from a folder of its own. The other ones are tried by
// scripts/test-setups-node.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { unless } from './support.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-bundle-'))
after(() => rmSync(scratch, { recursive: true }))

const program = join(root, 'bundled.mjs') // beside node_modules, so that the package's name resolves
writeFileSync(program, `
  import { Client, InvalidPinError, TwoStepError } from 'whatsapp-two-step'
  import { startSandbox } from 'whatsapp-two-step/testing'
  async function main() {
    const sandbox = await startSandbox()
    const client = new Client({ accessToken: 'EAAG_test', baseUrl: sandbox.baseUrl })
    const { attempts } = await client.setTwoStepPin('106540352242922', '012345')
    const error = await client.setTwoStepPin('1', '2').catch((error) => error)
    console.log(attempts, sandbox.pin('106540352242922'), error.name, error instanceof InvalidPinError, error instanceof TwoStepError)
  }
  main()`) // CommonJS has no await at the top
after(() => rmSync(program))
const SAYS = '1 012345 InvalidPinError true true\n'
const run = (command, ...words) => execFileSync(command, words, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const hasEsbuild = existsSync(join(root, 'node_modules', 'esbuild'))
test('esbuild', unless(hasEsbuild, 'esbuild could not be had'), async () => {
  const { build } = await import('esbuild')
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" }
  for (const [format, minify] of [['cjs', false], ['cjs', true], ['esm', false], ['esm', true]]) {
    const options = { entryPoints: [program], bundle: true, platform: 'node', format, minify, logLevel: 'silent', ...(format === 'esm' && { banner }) }
    const outfile = join(scratch, `esbuild-${format}-${minify}`, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs')
    const { warnings, errors } = await build({ ...options, outfile, loader: { '.node': 'copy' } })
    assert.deepEqual([errors, warnings.map(({ text }) => text)], [[], []])
    assert.equal(run(process.execPath, outfile), SAYS)
  }
})

const bun = join(process.env.RUNTIMES ?? '', 'node_modules', '.bin', 'bun')
test('bun', unless(existsSync(bun), 'bun could not be had'), () => {
  for (const [name, ...flags] of [['plain'], ['small', '--minify']]) {
    const folder = join(scratch, `bun-${name}`)
    run(bun, 'build', program, '--target=bun', `--outdir=${folder}`, ...flags)
    assert.equal(run(bun, join(folder, 'bundled.js')), SAYS)
  }
  const binary = join(scratch, 'program')
  run(bun, 'build', program, '--compile', `--outfile=${binary}`)
  assert.equal(run(binary), SAYS)
})
