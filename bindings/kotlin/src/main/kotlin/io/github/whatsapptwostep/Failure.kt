package io.github.whatsapptwostep

import java.io.Serializable
import java.nio.ByteBuffer
import java.time.Duration

/** The fields of an error. */
internal data class Failure(
    val kind: ErrorKind,
    val sentence: String,
    /** The sentence, and what support asks for. */
    val text: String,
    val outcome: Outcome,
    val hint: String,
    val httpStatus: Int?,
    val graphCode: Int?,
    val graphSubcode: Int?,
    val graphType: String?,
    val details: String?,
    val userTitle: String?,
    val userMessage: String?,
    val traceId: String?,
    val retryAfter: Duration?,
    val isRetryable: Boolean,
    val reason: Reason?,
    val attempts: Int,
    /** What the transport threw, in clean words. */
    val cause: String? = null,
    /** Does what it threw repeat no secret? */
    val causeIsClean: Boolean = false,
) : Serializable {
    fun toMap(): Map<String, Any?> =
        linkedMapOf(
            "kind" to kind.code,
            "message" to sentence,
            "outcome" to outcome.code,
            "hint" to hint,
            "http_status" to httpStatus,
            "graph_code" to graphCode,
            "graph_subcode" to graphSubcode,
            "graph_type" to graphType,
            "details" to details,
            "user_title" to userTitle,
            "user_message" to userMessage,
            "trace_id" to traceId,
            "retry_after" to retryAfter?.inSeconds(),
            "is_retryable" to isRetryable,
            "reason" to reason?.code,
            "attempts" to attempts,
        )

    companion object {
        private const val serialVersionUID = 1L

        fun read(record: ByteBuffer): Failure =
            with(record) {
                Failure(
                    kind = ErrorKind.entries[int - 1],
                    sentence = text(),
                    text = text(),
                    outcome = Outcome.entries[int - 1],
                    hint = text(),
                    httpStatus = orNull { short.toInt() and 0xFFFF },
                    graphCode = orNull { int.takeIf { it >= 0 } }, // none of Meta's is larger
                    graphSubcode = orNull { int.takeIf { it >= 0 } },
                    graphType = orNull { text() },
                    details = orNull { text() },
                    userTitle = orNull { text() },
                    userMessage = orNull { text() },
                    traceId = orNull { text() },
                    retryAfter = orNull { time() },
                    isRetryable = bool(),
                    reason = orNull { Reason.entries[int - 1] },
                    attempts = int,
                    cause = orNull { text() },
                    causeIsClean = bool(),
                )
            }

        fun of(fields: Fields): Failure {
            val sentence = fields.text("message").orEmpty()
            val failure =
                Failure(
                    kind = fields.case("kind", ErrorKind.entries) { it.code },
                    sentence = sentence,
                    text = sentence,
                    outcome = fields.case("outcome", Outcome.entries) { it.code },
                    hint = fields.text("hint").orEmpty(),
                    httpStatus = fields.int("http_status"),
                    graphCode = fields.int("graph_code"),
                    graphSubcode = fields.int("graph_subcode"),
                    graphType = fields.text("graph_type"),
                    details = fields.text("details"),
                    userTitle = fields.text("user_title"),
                    userMessage = fields.text("user_message"),
                    traceId = fields.text("trace_id"),
                    retryAfter = fields.time("retry_after"),
                    isRetryable = fields["is_retryable"] == true,
                    reason = fields["reason"]?.let { fields.case("reason", Reason.entries) { reason -> reason.code } },
                    attempts = fields.int("attempts") ?: 0,
                )
            return failure.copy(text = failure.line())
        }
    }

    /** [text] as the core writes it, for an error that the core hasn't made. */
    private fun line(): String {
        val server =
            listOfNotNull(
                graphCode?.let { "Graph code $it" },
                graphSubcode?.let { "subcode $it" },
                httpStatus?.let { "HTTP $it" },
                traceId?.let { "trace id $it" },
            )
        return "$sentence (${(listOf(kind.code, "outcome ${outcome.code}") + server).joinToString()})"
    }
}
