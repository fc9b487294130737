import express, { type ErrorRequestHandler, type Express } from 'express'
import { TwoStepError, VaultError, type ErrorKind, type Rotator } from 'whatsapp-two-step'

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
export function createApp(rotator: Rotator): Express {
  const app = express()

  /** Sets a new PIN, which never leaves this service. After a failure, call it again: it sends the same one. */
  app.post('/numbers/:id/two-step-pin', async (request, response) => {
    const { id } = request.params
    const gone = new AbortController()
    response.on('close', () => gone.abort()) // harmless after the answer; before it, nobody waits any more

    const { traceId } = await rotator.rotate(id, { signal: gone.signal })
    response.json({ phoneNumberId: id, traceId })
  })

  const problem: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.closed) return // the call was aborted: the vault has its PIN as pending
    if (!(error instanceof TwoStepError || error instanceof VaultError)) return next(error)
    if (error.retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
    const said = error instanceof TwoStepError ? ofCall(error) : ofVault(error)
    // RFC 9457. Message and hint are safe to show: no error has a secret in it. `vault` says what the vault holds now.
    const body = { ...said, title: error.message, vault: error.vaultState }
    response.status(said.status).type('application/problem+json').json(body)
  }
  app.use(problem)
  return app
}

function ofCall({ kind, outcome, hint, traceId }: TwoStepError) {
  const status = outcome === 'unknown' ? 502 : (STATUS[kind] ?? 500)
  return { type: `urn:whatsapp-two-step:${kind}`, status, detail: hint, outcome, traceId }
}

/** `busy`: an earlier request may still be under way, and would undo a new PIN. `conflict`: somebody else is at it. */
function ofVault({ kind, vaultState }: VaultError) {
  // Confirmed: the server has set the new PIN, and only the vault could not be told.
  const outcome = vaultState === 'unsettled' || vaultState === 'confirmed' ? 'unknown' : 'not_sent'
  const detail = 'Call again later; it goes on from what the vault has.'
  return { type: `urn:whatsapp-two-step:vault-${kind}`, status: kind === 'conflict' ? 409 : 503, detail, outcome }
}
