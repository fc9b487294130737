// Points the `whatsapp` SDK at another server. It speaks HTTPS to port 443 of any host, and nothing else: the rest is set from
// outside, and the code of its call stays what it is.

import http from 'node:http'
import https from 'node:https'
import net from 'node:net'

export function whatsAppTo(WhatsApp, url) {
  const { protocol, hostname, port } = new URL(url)
  process.env.WA_BASE_URL = hostname // its own setting
  const client = new WhatsApp()
  client.requester.port = Number(port)
  if (protocol === 'http:') {
    client.requester.client.agent = withoutTls()
    https.request = http.request
  }
  return client
}

/** The SDK writes when a new connection is secure, which this one never is: it says so when it is connected. */
function withoutTls() {
  const agent = new http.Agent({ keepAlive: true })
  agent.createConnection = (options) => {
    const socket = net.createConnection(options)
    return socket.once('connect', () => socket.emit('secureConnect'))
  }
  return agent
}
