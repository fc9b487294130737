// The settings of the built-in transport that only the network shows: certificate authorities and a proxy.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { constants, createSecureServer as createHttp2Server } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

import { Agent, fetch as undiciFetch, ProxyAgent } from 'undici'
import { Client, fetchTransport, TransportError } from 'whatsapp-two-step'
import { assertHidden, failure, ID, PIN, TOKEN, unless } from './support.mjs'

const SUCCESS = (_, response) => response.setHeader('content-type', 'application/json').end('{"success":true}')
const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
const scratch = mkdtempSync(join(tmpdir(), 'whatsapp-two-step-tls-'))
after(() => rmSync(scratch, { recursive: true }))

/** What a call comes to in a worker with variables of its own. */
function inWorker(env, options) {
  const code = `const { parentPort, workerData } = require('node:worker_threads')
    const { Client } = require('whatsapp-two-step')
    new Client({ accessToken: 'EAAG_test', maxRetries: 0, ...workerData }).setTwoStepPin('1', '${PIN}').then(
      ({ attempts }) => parentPort.postMessage([attempts]), ({ reason, isRetryable }) => parentPort.postMessage([reason, isRetryable]))`
  const worker = new Worker(code, { eval: true, env, workerData: options })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** An authority, and a certificate of its making for localhost. */
function certificates() {
  const openssl = (...words) => execFileSync('openssl', words, { cwd: scratch, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority')
  openssl('req', '-x509', ...key, '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=localhost', '-CA', 'ca.pem', '-CAkey', 'ca.key',
    '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE')
  return Object.fromEntries(['ca', 'cert', 'key'].map((name) => [name, readFileSync(join(scratch, `${name}.pem`))]))
}
const hasOpenssl = (() => {
  try {
    return /^OpenSSL [3-9]/.test(execFileSync('openssl', ['version'], { encoding: 'utf8' }))
  } catch {
    return false
  }
})()

test('certificate authorities', unless(hasOpenssl, 'there is no openssl 3'), async () => {
  const { ca, cert, key } = certificates()
  const server = createTlsServer({ cert, key }, SUCCESS)
  const baseUrl = `https://localhost:${await listening(server)}`
  const once = (options) => new Client({ accessToken: TOKEN, baseUrl, maxRetries: 0, ...options }).setTwoStepPin(ID, PIN)
  try {
    const file = join(scratch, 'ca.pem')
    for (const rootCertificates of [String(ca), ca, [ca], ['\n', String(ca)], file, pathToFileURL(file), [file, ca]]) {
      assert.equal((await once({ rootCertificates })).attempts, 1)
    }
    assert.deepEqual(await inWorker({ NODE_EXTRA_CA_CERTS: file }, { baseUrl }), [1])
    writeFileSync(join(scratch, 'broken.pem'), `${String(ca).slice(0, 200)}\n-----END CERTIFICATE-----\n`)
    for (const name of ['nowhere', 'broken.pem', 'key.pem']) {
      assert.deepEqual(await inWorker({ NODE_EXTRA_CA_CERTS: join(scratch, name) }, { baseUrl }), ['tls', false], name)
    }
    for (const options of [{}, { transport: fetchTransport(fetch) }]) {
      const error = await failure(once(options))
      assert.deepEqual([error.kind, error.outcome, error.reason, error.isRetryable], ['connection_failed', 'not_sent', 'tls', false])
      assert.match(error.message, /the server's certificate is not trusted/)
      assert.equal(error.cause instanceof TransportError, 'transport' in options)
    }
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

test('fetch over HTTP/2: a refused stream goes out again, and is no retry', unless(hasOpenssl, 'there is no openssl 3'), async () => {
  const { cert, key } = certificates()
  const streams = []
  const server = createHttp2Server({ cert, key }).on('stream', (stream) => {
    stream.on('error', () => {})
    const answer = streams.shift()
    if (typeof answer === 'number') return stream.close(answer)
    stream.respond({ ':status': 200 })
    stream.end('{"success":true}')
  })
  const baseUrl = `https://localhost:${await listening(server)}`
  const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } })
  const client = new Client({ accessToken: TOKEN, baseUrl, maxRetries: 0, transport: fetchTransport(undiciFetch, { dispatcher }) })
  try {
    const { NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR } = constants
    streams.push(NGHTTP2_REFUSED_STREAM, NGHTTP2_REFUSED_STREAM)
    assert.equal((await client.setTwoStepPin(ID, PIN)).attempts, 3)
    let refused
    do {
      // The deadline may also strike while a request is under way, and then nobody knows: another call.
      streams.splice(0, 99, ...Array(33).fill(NGHTTP2_REFUSED_STREAM))
      refused = await failure(client.setTwoStepPin(ID, PIN, { timeoutMs: 300 }))
    } while (refused.kind === 'timed_out')
    assert.deepEqual([refused.kind, refused.outcome], ['connection_failed', 'not_sent'])
    streams.splice(0, 99, NGHTTP2_INTERNAL_ERROR)
    const failed = await failure(client.setTwoStepPin(ID, PIN))
    assert.deepEqual([failed.kind, failed.outcome, failed.attempts], ['connection_failed', 'unknown', 1])
  } finally {
    await dispatcher.destroy()
    server.close()
  }
})

test('a proxy, with user and password', async () => {
  const seen = []
  const proxy = createServer((request, response) => {
    seen.push([request.method, request.url, request.headers['proxy-authorization']])
    SUCCESS(request, response)
  })
  const port = await listening(proxy)
  try {
    const client = new Client({ accessToken: TOKEN, baseUrl: 'http://127.0.0.1:9', proxy: `http://user:pass-word@127.0.0.1:${port}` })
    await client.setTwoStepPin(ID, PIN)
    assert.deepEqual(seen, [['POST', `http://127.0.0.1:9/v24.0/${ID}`, `Basic ${Buffer.from('user:pass-word').toString('base64')}`]])
    proxy.close()
    proxy.closeAllConnections()
    const error = await failure(new Client({ accessToken: TOKEN, baseUrl: 'https://graph.invalid', proxy: `http://user:pass-word@127.0.0.1:${port}`, maxRetries: 0 }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.kind, error.outcome], ['connection_failed', 'not_sent'])
    assertHidden(error, 'pass-word', TOKEN, PIN)
  } finally {
    proxy.close()
  }
})

test('a proxy from the variables of a worker, and one that wants a password', async () => {
  const proxy = createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
  const port = await listening(proxy)
  try {
    const far = { baseUrl: 'https://graph.invalid' }
    assert.deepEqual(await inWorker({ HTTPS_PROXY: `http://127.0.0.1:${port}` }, far), ['proxy', false])
    assert.deepEqual(await inWorker({ HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '*' }, far), ['dns', true])
    const dispatcher = new ProxyAgent(`http://127.0.0.1:${port}`)
    const error = await failure(new Client({ accessToken: TOKEN, ...far, transport: fetchTransport(undiciFetch, { dispatcher }) }).setTwoStepPin(ID, PIN))
    assert.deepEqual([error.outcome, error.reason, error.isRetryable, error.attempts], ['not_sent', 'proxy', false, 1])
  } finally {
    proxy.close()
    proxy.closeAllConnections()
  }
})
