package io.github.whatsapptwostep

import java.nio.ByteBuffer
import java.util.concurrent.CancellationException
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** A page of an account's numbers. */
internal class Page(record: ByteBuffer) {
    val numbers: List<PhoneNumber> = record.list { PhoneNumber(this) }

    /** From where to read on: the core's, and nobody else makes anything of it. Null after the last page. */
    val next: String? = record.orNull { text() }
    val attempts: Int = record.int
    val traceId: String? = record.orNull { text() }

    /** Why it has to be asked for once more. */
    val refused: Failure? = record.orNull { Failure.read(this) }
}

/** Page after page; [read] is told from where. */
internal fun phoneNumbers(read: suspend (from: String?) -> Page): Flow<PhoneNumber> = flow {
    var from: String? = null
    do {
        val page = read(from)
        page.numbers.forEach { emit(it) }
        from = page.next
    } while (from != null)
}

/** The same, one after the other. */
internal class PhoneNumberIterator(private val read: (from: String?) -> Page) : AbstractIterator<PhoneNumber>() {
    private var numbers = emptyList<PhoneNumber>().iterator()
    private var from: String? = null
    private var isLast = false

    override fun computeNext() {
        while (!numbers.hasNext()) {
            if (isLast) return done()
            val page = readOn()
            numbers = page.numbers.iterator()
            from = page.next
            isLast = page.next == null
        }
        setNext(numbers.next())
    }

    private fun readOn() =
        try {
            read(from)
        } catch (interruption: InterruptedException) {
            Thread.currentThread().interrupt()
            throw CancellationException("interrupted").initCause(interruption)
        }
}
