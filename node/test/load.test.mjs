// The native library that isn't there, or doesn't load: the error says what was looked for and found, and what to do.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const installed = fileURLToPath(new URL('../node_modules/whatsapp-two-step', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-load-'))
after(() => rmSync(scratch, { recursive: true }))

/** The library alone in a project, with these packages beside it: by name, what their main file has in it. */
function load(name, packages, first = '') {
  const modules = join(scratch, name, 'node_modules')
  cpSync(installed, join(modules, 'whatsapp-two-step'), { recursive: true })
  for (const [platform, content] of Object.entries(packages)) {
    mkdirSync(join(modules, `whatsapp-two-step-${platform}`), { recursive: true })
    writeFileSync(join(modules, `whatsapp-two-step-${platform}`, 'package.json'), '{"main":"it.node"}')
    writeFileSync(join(modules, `whatsapp-two-step-${platform}`, 'it.node'), content)
  }
  const program = `${first}; try { require('whatsapp-two-step'); console.log('{}') } catch ({ message, code, cause }) { console.log(JSON.stringify({ message, code, hasCause: cause !== undefined })) }`
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { cwd: join(scratch, name), encoding: 'utf8' }))
}
const pretend = (platform, arch) => `Object.defineProperties(process, { platform: { value: '${platform}' }, arch: { value: '${arch}' } })`

test('none is installed', () => {
  const { code, message, hasCause } = load('none', {})
  assert.equal(code, 'ERR_WHATSAPP_TWO_STEP_MISSING')
  assert.match(message, /looked for whatsapp-two-step-\S+.* and found none .*npm install --include=optional/)
  assert.ok(hasCause)
})

for (const [manager, mark, cure] of [
  ['npm', '.package-lock.json', /\(npm install --include=optional\)/],
  ['Yarn 1', '.yarn-integrity', /\(yarn install --force, without --ignore-optional\)/],
  ['Yarn 4', '.yarn-state.yml', /\(yarn install, and supportedArchitectures in \.yarnrc\.yml\)/],
]) {
  test(`none is installed, by ${manager}: its own command is named`, () => {
    mkdirSync(join(scratch, manager, 'node_modules'), { recursive: true })
    writeFileSync(join(scratch, manager, 'node_modules', mark), '')
    assert.match(load(manager, {}).message, cure)
  })
}

test('none is installed, by pnpm: its own command is named', () => {
  const { message } = load(join('pnpm', 'node_modules', '.pnpm', 'whatsapp-two-step@0.1.0'), {})
  assert.match(message, /\(pnpm install, without --no-optional\)/)
})

test('that of another platform is installed', () => {
  const { code, message } = load('other', { 'darwin-arm64': '' }, pretend('linux', 'x64'))
  assert.equal(code, 'ERR_WHATSAPP_TWO_STEP_MISSING')
  assert.match(message, /looked for whatsapp-two-step-linux-x64-gnu or whatsapp-two-step-linux-x64-musl and found whatsapp-two-step-darwin-arm64\. .*install on this one/)
})

test('it is there and does not load', () => {
  const { code, message } = load('broken', { 'linux-x64-gnu': 'nonsense' }, pretend('linux', 'x64'))
  assert.equal(code, 'ERR_WHATSAPP_TWO_STEP_UNLOADABLE')
  assert.match(message, /found whatsapp-two-step-linux-x64-gnu \(.*\), but could not load it\. .*install again/)
})

test('a platform that has none', () => {
  const { code, message } = load('platform', {}, pretend('freebsd', 'x64'))
  assert.equal(code, 'ERR_WHATSAPP_TWO_STEP_PLATFORM')
  assert.match(message, /no native library for freebsd-x64\. There are ones for linux-x64, .*win32-arm64\./)
})
