package io.github.whatsapptwostep

/** What a call is asked to do, as its part of a record. */
internal typealias Work = Record.() -> Record

internal fun settingPin(phoneNumberId: String, pin: String): Work = { int(1).text(phoneNumberId).text(pin) }

/** [from] is what the page before gave as [Page.next]. */
internal fun readingPhoneNumbers(wabaId: String, from: String?): Work = { int(2).text(wabaId).textOrNull(from) }

/** What begins a call. */
internal fun beginning(client: Long, work: Work, timeout: Double?, maxRetries: Int?, seed: Long): Record =
    Record().long(client).work().doubleOrNull(timeout).longOrNull(maxRetries?.toLong()).long(seed)

/** What came back. */
internal fun answer(response: TransportResponse): Record {
    val record = Record().long(response.status.toLong()).int(response.headers.size * 2)
    response.headers.forEach { (name, value) -> record.text(name).text(value) }
    return record.bytes(response.body)
}

/** Why nothing did: [said] is the exception, or says more than it; [text] is what it says, [shown] all that it prints. */
internal fun noAnswer(problem: Problem, said: TransportException?, beforeSending: Boolean, text: String, shown: String): Record {
    val record = Record().int(problem.ordinal + 1)
    if (problem == Problem.BODY_TOO_LARGE) record.short(said?.httpStatus ?: 0)
    return record
        .bool(beforeSending)
        .caseOrNull(said?.unprocessed)
        .caseOrNull(said?.reason)
        .bool(said?.isLasting == true)
        .text(text)
        .text(shown)
}
