// The client over real sockets, against the sandbox.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Client, InvalidConfigurationError } from 'whatsapp-two-step'
import { assertHidden, closedPort, failure, ID, PIN, sandboxed, scenarios, TOKEN } from './support.mjs'

const { sandbox, client } = await sandboxed()
const table = await scenarios(sandbox)

test('the request is exact to the byte', async () => {
  const response = await client({ appSecret: 'sandbox-app-secret' }).setTwoStepPin(ID, '012345')
  assert.equal(response.attempts, 1)
  assert.equal(response.apiVersion, 'v24.0')
  assert.match(response.traceId, /^A/)
  assert.equal(typeof response.usage.highestPercentage, 'number')
  assert.equal(sandbox.pin(ID), '012345')
  const { method, path, query, headers, body } = sandbox.requests().at(-1)
  assert.deepEqual([method, path, body], ['POST', `/v24.0/${ID}`, '{"pin":"012345"}'])
  assert.match(query, /^appsecret_proof=[0-9a-f]{64}$/)
  const named = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
  assert.deepEqual(Object.keys(named).sort(), ['accept', 'authorization', 'content-length', 'content-type', 'host', 'user-agent'])
  assert.match(named['user-agent'], /^whatsapp-two-step\/\d+\.\d+\.\d+;lang=node$/)
  assert.equal(named.authorization, `Bearer ${TOKEN}`)
})

test('every fault ends as the table says, and in time', async () => {
  const timeoutMs = 900
  await Promise.all(
    Object.values(table).map(async ({ id, name, kind, outcome }) => {
      // One each: a connection that a fault closed must not serve the next call, which isn't repeated here.
      const once = client({ timeoutMs, maxRetries: 0 })
      const start = performance.now()
      const end = await once.setTwoStepPin(id, PIN).then(
        () => ['success', 'applied'],
        (error) => {
          assertHidden(error, TOKEN, PIN)
          return [error.kind, error.outcome]
        },
      )
      assert.deepEqual(end, [kind, outcome], name)
      assert.ok(performance.now() - start < timeoutMs + 1500, `${name} overran its deadline`)
    }),
  )
})

test('retries settle what can be settled', async () => {
  for (const [name, attempts] of [['fails-twice', 3], ['resets-once', 2], ['limited-once', 2]]) {
    // The same script as the table's, counted apart from it.
    const id = table[name].id.replace(/0$/, '7')
    assert.equal((await client().setTwoStepPin(id, PIN)).attempts, attempts, name)
    assert.equal(sandbox.pin(id), PIN)
  }
})

test('64 at once over few connections', async () => {
  const shared = client()
  const before = sandbox.stats()
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 64 }, (_, n) => shared.setTwoStepPin(`1065403522${String(n).padStart(5, '0')}`, PIN)))
  }
  const after = sandbox.stats()
  assert.equal(after.requests - before.requests, 192)
  assert.ok(after.connections - before.connections <= 70)
})

test('nothing listens', async () => {
  const error = await failure(client({ baseUrl: `http://127.0.0.1:${await closedPort()}`, maxRetries: 0 }).setTwoStepPin(ID, PIN))
  assert.deepEqual([error.kind, error.outcome, error.attempts], ['connection_failed', 'not_sent', 1])
  assert.ok(error.cause instanceof Error)
  const causes = []
  for (let cause = error.cause; cause; cause = cause.cause) causes.push(cause.message)
  assert.match(causes.join(), /refused/)
})

test('settings of the wrong type', () => {
  const cases = [
    [undefined, /options must be an object.*not undefined/],
    [null, /options must be an object.*not null/],
    ['EAAG', /options must be an object.*not a string/],
    [{}, /accessToken is missing/],
    [{ accessToken: undefined }, /accessToken is missing/],
    [{ accessToken: 7 }, /accessToken must be a string, not a number/],
    [{ accessToken: TOKEN, timeout: 5 }, /option timeout is unknown.*timeoutMs/],
    [{ access_token: TOKEN }, /option access_token is unknown.*accessToken/],
    [{ accessToken: TOKEN, timeoutMs: '5' }, /timeoutMs must be a number of milliseconds, not a string/],
    [{ accessToken: TOKEN, timeoutMs: NaN }, /timeoutMs must be more than 0/],
    [{ accessToken: TOKEN, timeoutMs: Infinity }, /timeoutMs must be .* at most 24 h/],
    [{ accessToken: TOKEN, timeoutMs: -1 }, /timeoutMs must be more than 0/],
    [{ accessToken: TOKEN, connectTimeoutMs: 0 }, /connectTimeoutMs must be more than 0/],
    [{ accessToken: TOKEN, maxRetries: 1.5 }, /maxRetries must be a whole number/],
    [{ accessToken: TOKEN, maxRetries: -1 }, /maxRetries must be a whole number/],
    [{ accessToken: TOKEN, appSecret: null }, /appSecret must be a string, not null/],
    [{ accessToken: TOKEN, proxy: 'nonsense' }, /proxy is not a URL/],
    [{ accessToken: TOKEN, rootCertificates: 'non\nsense' }, /rootCertificates holds no PEM/],
    [{ accessToken: TOKEN, rootCertificates: 'nowhere.pem' }, /rootCertificates is a file that can't be read: No such file/],
    [{ accessToken: TOKEN, rootCertificates: [new URL('file:///nowhere.pem')] }, /rootCertificates is a file that can't be read: No such file/],
    [{ accessToken: TOKEN, allowHttp: 'yes' }, /allowHttp must be true or false, not a string/],
    [{ accessToken: TOKEN, baseUrl: 'http://mock:8080' }, /baseUrl must use https.*allowHttp/],
    [{ accessToken: TOKEN, allowHttp: true, baseUrl: 'http://graph.facebook.com' }, /baseUrl must use https/],
    [{ accessToken: TOKEN, maxInFlight: 0 }, /maxInFlight must be 1 or more/],
    [{ accessToken: TOKEN, rootCertificates: [7] }, /rootCertificates must be PEM.*not a number/],
    [{ accessToken: TOKEN, transport: {} }, /transport must be a function, not an object/],
    [{ accessToken: TOKEN, transport: () => {}, proxy: 'http://localhost:1' }, /proxy or rootCertificates has no effect/],
  ]
  for (const [options, words] of cases) {
    assert.throws(() => new Client(options), (error) => {
      assert.ok(error instanceof InvalidConfigurationError, String(error))
      assert.match(error.message, words)
      return true
    })
  }
  assert.throws(() => new Client({ get accessToken() { throw new RangeError('mine') } }), RangeError)
  assert.equal(new Client({ accessToken: TOKEN, allowHttp: true, baseUrl: 'http://mock:8080' }).baseUrl, 'http://mock:8080')
  new Client({ accessToken: TOKEN, baseUrl: undefined, timeoutMs: undefined, transport: undefined })
})

test('from the environment', async () => {
  const { WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET } = process.env
  try {
    process.env.WHATSAPP_ACCESS_TOKEN = TOKEN
    assert.throws(() => new Client({ accessToken: undefined }), /accessToken is missing\.$/)
    delete process.env.WHATSAPP_ACCESS_TOKEN
    delete process.env.WHATSAPP_APP_SECRET
    assert.throws(() => Client.fromEnv(), /accessToken is missing: set WHATSAPP_ACCESS_TOKEN/)
    process.env.WHATSAPP_ACCESS_TOKEN = 'EAAsandboxProofRequired'
    process.env.WHATSAPP_APP_SECRET = 'sandbox-app-secret'
    await Client.fromEnv({ baseUrl: sandbox.baseUrl }).setTwoStepPin(ID, PIN)
    assert.equal(Client.fromEnv({ apiVersion: 'v25.0' }).apiVersion, 'v25.0')
    assert.equal(Client.fromEnv(undefined).apiVersion, 'v24.0')
    Object.assign(process.env, { WHATSAPP_BASE_URL: sandbox.baseUrl, WHATSAPP_API_VERSION: 'v25.0' })
    const { baseUrl, apiVersion } = Client.fromEnv()
    assert.deepEqual([baseUrl, apiVersion], [sandbox.baseUrl, 'v25.0'])
    // The token given wins, and the secret of the environment proves it.
    await Client.fromEnv({ accessToken: TOKEN }).setTwoStepPin(ID, PIN)
    assert.match(sandbox.requests().at(-1).query, /^appsecret_proof=/)
    process.env.WHATSAPP_BASE_URL = 'http://mock:8080'
    assert.throws(() => Client.fromEnv(), /allowHttp/)
    assert.equal(Client.fromEnv({ allowHttp: true }).baseUrl, 'http://mock:8080')
    assert.equal(Client.fromEnv({ baseUrl: sandbox.baseUrl }).baseUrl, sandbox.baseUrl)
    delete process.env.WHATSAPP_BASE_URL
    delete process.env.WHATSAPP_API_VERSION
    class Mine extends Client {
      constructor(options) {
        super({ maxRetries: 0, ...options })
      }
    }
    const mine = Mine.fromEnv({ baseUrl: sandbox.baseUrl })
    assert.ok(mine instanceof Mine)
    assert.equal((await mine.setTwoStepPin(ID, PIN)).attempts, 1)
    process.env.WHATSAPP_ACCESS_TOKEN = `${TOKEN}\n`
    assert.throws(() => Client.fromEnv(), (error) => (assertHidden(error, TOKEN), /line break/.test(error.message)))
  } finally {
    for (const [name, value] of Object.entries({ WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
})
