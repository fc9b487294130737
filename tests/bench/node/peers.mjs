// Who is measured: each is one client that is kept, and a call that a careful user of it would write.
// What a peer needs is imported in its own function, so that a run pays for one peer only.

export const PHONE_NUMBER_ID = '106540352242922'
const TOKEN = 'EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD'
const PIN = '012345'
const VERSION = 'v24.0'
const TIMEOUT = 30_000 // milliseconds; our own default, and said to each of the others that can be told
const HEADERS = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }

const path = (url) => `${url}/${VERSION}/${PHONE_NUMBER_ID}`

function check(answer) {
  if (answer.success !== true) throw new Error('the server did not say that it set the PIN')
}

// Each of these imports its library, and gives a function of URL, concurrency and PEM. That makes a client, and gives the function
// that calls once. The others than ours have the PEM from Node, whose roots are theirs.

async function ours() {
  const { Client } = await import('whatsapp-two-step')
  return (url, concurrency, ca) => {
    const client = new Client({ accessToken: TOKEN, baseUrl: url, rootCertificates: ca })
    return () => client.setTwoStepPin(PHONE_NUMBER_ID, PIN)
  }
}

async function undici() {
  const { Agent, request } = await import('undici')
  return (url, concurrency) => {
    const dispatcher = new Agent({ connections: concurrency, headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT })
    return async () => {
      const body = JSON.stringify({ pin: PIN })
      const answer = await request(path(url), { method: 'POST', headers: HEADERS, body, dispatcher })
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`)
      check(await answer.body.json())
    }
  }
}

async function builtIn() {
  return (url) => async () => {
    const body = JSON.stringify({ pin: PIN })
    const answer = await fetch(path(url), { method: 'POST', headers: HEADERS, body, signal: AbortSignal.timeout(TIMEOUT) })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    check(await answer.json())
  }
}

async function axios() {
  const { default: axios } = await import('axios')
  const http = await import('node:http')
  const https = await import('node:https')
  return (url) => {
    const [httpAgent, httpsAgent] = [http, https].map(({ Agent }) => new Agent({ keepAlive: true }))
    const client = axios.create({ headers: HEADERS, timeout: TIMEOUT, httpAgent, httpsAgent })
    return async () => check((await client.post(path(url), { pin: PIN })).data)
  }
}

async function whatsapp() {
  // Otherwise it looks for dotenv, which it doesn't bring, and which no server needs.
  process.env.NODE_ENV = 'production'
  Object.assign(process.env, {
    WA_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
    CLOUD_API_ACCESS_TOKEN: TOKEN,
    CLOUD_API_VERSION: VERSION,
    REQUEST_TIMEOUT: `${TIMEOUT}`,
  })
  const { default: WhatsApp } = await import('whatsapp')
  const { whatsAppTo } = await import('./redirect.mjs')
  return (url) => {
    const client = whatsAppTo(WhatsApp, url)
    // Its type asks for a number, which would lose the zero; its code takes the text as it is.
    return async () => check(await (await client.twoStepVerification.setPin(PIN)).responseBodyToJSON())
  }
}

async function facebook() {
  const { FacebookAdsApi } = (await import('facebook-nodejs-business-sdk')).default
  return (url) => {
    const api = new FacebookAdsApi(TOKEN, 'en_US', false)
    // Its own way, and it has no other: the token goes into the URL.
    return async () => check(await api.call('POST', [PHONE_NUMBER_ID], { pin: PIN }, {}, false, url))
  }
}

// Name: what is installed (the built-in fetch is Node's), and what loads it.
export const PEERS = {
  'whatsapp-two-step': { package: 'whatsapp-two-step', load: ours },
  undici: { package: 'undici', load: undici },
  fetch: { package: undefined, load: builtIn },
  axios: { package: 'axios', load: axios },
  whatsapp: { package: 'whatsapp', load: whatsapp },
  'facebook-nodejs-business-sdk': { package: 'facebook-nodejs-business-sdk', load: facebook },
}
