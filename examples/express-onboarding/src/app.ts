import express, { type ErrorRequestHandler, type Express } from 'express'
import { TwoStepError, type Client, type ErrorKind } from 'whatsapp-two-step'

import { TooSoonError, type Vault } from './vault.js'

/** What our caller can do something about. The rest is between us and Meta (a token, a setting): 500. */
const STATUS: Partial<Record<ErrorKind, number>> = {
  invalid_phone_number_id: 422,
  not_found: 404,
  number_not_ready: 409,
  pin_rejected: 409,
  not_applied: 409,
  account_restricted: 403,
  rate_limited: 503,
  service_unavailable: 503,
  connection_failed: 503,
  timed_out: 504,
}

/** Who may call it is left to the authentication that your other routes have. */
export function createApp(client: Client, vault: Vault): Express {
  const app = express()

  /** Sets a new PIN, which never leaves this service. After a failure, call it again: it sends the same candidate. */
  app.post('/numbers/:id/two-step-pin', async (request, response) => {
    const { id } = request.params
    const gone = new AbortController()
    response.on('close', () => gone.abort()) // harmless after the answer; before it, nobody waits any more

    const pin = await vault.candidate(id)
    const { traceId } = await client.setTwoStepPin(id, pin, { signal: gone.signal })
    await vault.confirm(id, pin)
    response.json({ phoneNumberId: id, traceId })
  })

  const problem: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.closed) return // the call was aborted: the candidate stays in the vault
    if (error instanceof TooSoonError) {
      response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
      response.status(503).type('application/problem+json').json({
        type: 'urn:whatsapp-two-step:too_soon',
        title: error.message,
        status: 503,
        detail: 'Call again after the wait.',
        outcome: 'not_sent',
      })
      return
    }
    if (!(error instanceof TwoStepError)) return next(error)
    const status = error.outcome === 'unknown' ? 502 : (STATUS[error.kind] ?? 500)
    if (error.retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
    // RFC 9457. Message and hint are safe to show: no error has a secret in it. `outcome` speaks of this call: after one with
    // `unknown`, either PIN may hold until a call succeeds.
    response.status(status).type('application/problem+json').json({
      type: `urn:whatsapp-two-step:${error.kind}`,
      title: error.message,
      status,
      detail: error.hint,
      outcome: error.outcome,
      traceId: error.traceId,
    })
  }
  app.use(problem)
  return app
}
