// The shared vectors, which every language runs, through the packed package.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { Client } from 'whatsapp-two-step'
import { assertHidden, assertRefused, failure, PIN, TOKEN, vectors } from './support.mjs'

const installed = new URL('../node_modules/whatsapp-two-step/', import.meta.url)
const file = (name) => readFileSync(new URL(name, installed), 'utf8')
const { version } = JSON.parse(file('package.json'))
const SUCCESS = { status: 200, body: '{"success":true}' }
const NAMES = { timeout: 'timeoutMs', connect_timeout: 'connectTimeoutMs' }
const camel = (name) => NAMES[name] ?? name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const IN_MS = ['retry_after', 'time_to_regain_access']

/** A vector's fields as they are named here: camelCase, times in milliseconds, and absent where there is null. */
function here(value) {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(
    entries.map(([name, field]) => (IN_MS.includes(name) ? [`${camel(name)}Ms`, field * 1000] : [camel(name), here(field)])),
  )
}

const settings = (from) => ({
  accessToken: TOKEN,
  ...Object.fromEntries(Object.entries(from).map(([name, value]) => [camel(name), name.includes('timeout') ? value * 1000 : value])),
})
const body = (answer) => answer.body ?? Buffer.from(answer.body_base64, 'base64')

test('pins', async () => {
  const { valid, invalid } = vectors('pins')
  let sent
  const client = new Client({ accessToken: TOKEN, transport: (request) => ((sent = request.body), SUCCESS) })
  for (const pin of valid) {
    await client.setTwoStepPin('1', pin)
    assert.equal(sent, `{"pin":"${pin}"}`)
  }
  sent = undefined
  for (const { input, words } of invalid) {
    const error = await failure(client.setTwoStepPin('1', input))
    assertRefused(error, 'invalid_pin', words)
    if (input.length > 5) assertHidden(error, input)
  }
  assert.equal(sent, undefined)
})

test('phone number IDs', async () => {
  const { valid, invalid } = vectors('phone_number_ids')
  const urls = []
  const client = new Client({ accessToken: TOKEN, transport: (request) => (urls.push(request.url), SUCCESS) })
  for (const id of valid) await client.setTwoStepPin(id, PIN)
  assert.deepEqual(urls, valid.map((id) => `https://graph.facebook.com/v24.0/${id}`))
  for (const { input, words } of invalid) {
    const error = await failure(client.setTwoStepPin(input, PIN))
    assertRefused(error, 'invalid_phone_number_id', words)
    if (input.length > 5) assert.ok(!error.message.includes(input))
  }
  assert.equal(urls.length, valid.length)
})

test('settings', async () => {
  const { valid, invalid, defaults } = vectors('settings')
  for (const { setting, value } of valid) new Client(settings({ [setting]: value }))
  for (const { setting, value, words } of invalid) {
    const error = await failure((async () => new Client(settings({ [setting]: value })))())
    assertRefused(error, 'invalid_configuration', [camel(setting), ...words.map(camel)])
    const isExample = value === 'graph.facebook.com'
    if (typeof value === 'string' && value.length > 5 && !isExample) assert.ok(!error.message.includes(value), error.message)
  }
  const client = new Client({ accessToken: TOKEN })
  assert.deepEqual([client.baseUrl, client.apiVersion], [defaults[0].base_url, defaults[0].api_version])
})

test('defaults that a transport sees', async () => {
  const [defaults] = vectors('settings').defaults
  let request
  const client = new Client({ accessToken: TOKEN, transport: (it) => ((request = it), SUCCESS) })
  await client.setTwoStepPin('1', PIN)
  assert.ok(request.timeoutMs > (defaults.timeout - 1) * 1000 && request.timeoutMs <= defaults.timeout * 1000)
  assert.equal(request.connectTimeoutMs, defaults.connect_timeout * 1000)
})

test('requests', async () => {
  for (const { name, settings: given, phone_number_id, pin, request: expected } of vectors('requests').cases) {
    let request
    const client = new Client({ ...settings(given), transport: (it) => ((request = it), SUCCESS) })
    await client.setTwoStepPin(phone_number_id, pin)
    const { method, url, headers, body } = request
    const agent = expected.headers['user-agent'].replace('{version}', version).replace('{lang}', 'node')
    assert.deepEqual({ method, url, headers, body }, { ...expected, headers: { ...expected.headers, 'user-agent': agent } }, name)
  }
})

test('responses', async () => {
  for (const { name, ok, error: expected, ...answer } of vectors('responses').cases) {
    const transport = () => ({ status: answer.status, headers: answer.headers, body: body(answer) })
    const call = new Client({ accessToken: TOKEN, maxRetries: 0, transport }).setTwoStepPin('106540352242922', PIN)
    if (ok) {
      assert.deepEqual(await call, here(ok), name)
      continue
    }
    const error = await failure(call)
    for (const [field, value] of Object.entries(expected)) {
      const isTime = IN_MS.includes(field)
      const wanted = value === null ? undefined : isTime ? value * 1000 : value
      assert.deepEqual(error[isTime ? `${camel(field)}Ms` : camel(field)], wanted, `${field} of ${name}`)
    }
    assertHidden(error, TOKEN, PIN)
    assert.ok(!JSON.stringify(error).includes('\\u001b'), name)
  }
})

test('Graph errors', async () => {
  for (const row of vectors('graph_errors').cases) {
    const answer = { code: row.code, type: row.type, message: row.message ?? row.title, error_subcode: row.subcode }
    const transport = () => ({ status: row.http_status, body: JSON.stringify({ error: answer }) })
    const error = await failure(new Client({ accessToken: TOKEN, maxRetries: 0, transport }).setTwoStepPin('1', '999999'))
    const { kind, outcome, isRetryable, graphCode } = error
    assert.deepEqual({ kind, outcome, isRetryable, graphCode }, { kind: row.kind, outcome: row.outcome, isRetryable: row.is_retryable, graphCode: row.code })
    assert.ok(error.hint.endsWith('.') && error.message.endsWith('.'))
  }
})

test('kinds', async () => {
  const { kinds, outcomes, reasons, error_fields, response_fields, usage_fields, phone_number_fields, settings } = vectors('kinds')
  const library = await import('whatsapp-two-step')
  for (const kind of kinds) {
    const name = `${kind.replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase())}Error`
    assert.ok(library[name].prototype instanceof library.TwoStepError, name)
    assert.equal(library[name].prototype.name, name)
  }
  const typings = file('dist/errors.d.cts')
  const union = (name) => [...typings.match(new RegExp(`type ${name} = ([^;]+);`))[1].matchAll(/'(\w+)'/g)].map(([, code]) => code)
  assert.deepEqual(union('ErrorKind'), kinds)
  assert.deepEqual(union('Outcome'), outcomes)
  assert.deepEqual(union('Reason'), reasons)
  const inMs = (name) => (IN_MS.includes(name) ? `${camel(name)}Ms` : camel(name))
  for (const field of error_fields) assert.match(typings, new RegExp(`readonly ${inMs(field)}\\??:`))
  const response = file('dist/response.d.cts')
  for (const field of [...response_fields, ...usage_fields]) assert.match(response, new RegExp(`readonly ${inMs(field)}\\??:`))
  const number = file('dist/phone_number.d.cts')
  for (const field of phone_number_fields) assert.match(number, new RegExp(`readonly ${camel(field)}\\??:`))
  const client = file('dist/client.d.cts')
  for (const name of settings) assert.match(client, new RegExp(`^    ${camel(name)}\\??:`, 'm'))
})
