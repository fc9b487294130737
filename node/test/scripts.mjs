// What the scripts of calls and of rotations share.
export const camel = (name) => name?.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
export const TOO_LARGE = ' '.repeat(65_537)

/** Tells a native call what its attempt met. */
export function tell(call, elapsed, { answer, fail, hang, may_have_left, before_sending, unprocessed }) {
  if (hang) return call.expired(elapsed, may_have_left !== false)
  if (answer) return call.answered(elapsed, answer.status, Object.entries(answer.headers).flat(), answer.body)
  // Here a transport gives a body that is too large as it is, and what is no HTTP can't be given.
  if (fail === 'body_too_large') return call.answered(elapsed, 200, [], TOO_LARGE)
  if (fail === 'malformed') return call.unusable(elapsed, 'status')
  return call.failed(elapsed, {
    texts: ['gone'],
    timedOut: fail === 'timeout',
    beforeSending: before_sending === true,
    lasting: false, programFault: fail === 'program_fault',
    unprocessed: camel(unprocessed),
  })
}
