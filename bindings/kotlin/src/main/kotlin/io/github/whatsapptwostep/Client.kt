package io.github.whatsapptwostep

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.nio.ByteBuffer
import java.util.concurrent.ConcurrentHashMap

/**
 * The core's part of a [TwoStepClient]: its settings, by number. One whose owner was dropped unclosed goes when the next is made.
 *
 * It holds nothing of the program's: a transport or a listener that leads to its client would keep that for ever.
 */
internal class Client private constructor(owner: Any, record: ByteBuffer) : PhantomReference<Any>(owner, dropped), AutoCloseable {
    val number: Long = record.long
    val maxInFlight: Int = record.int

    init {
        open += this
    }

    override fun close() {
        if (open.remove(this)) Core.closeClient(number)
    }

    /** The same for another token. */
    fun withAccessToken(owner: Any, token: String): Client = read(owner, Core.withAccessToken(number, Record().text(token).toByteArray()))

    companion object {
        private val open: MutableSet<Client> = ConcurrentHashMap.newKeySet()
        private val dropped = ReferenceQueue<Any>()

        fun open(owner: Any, settings: Record): Client {
            Library.check()
            LoopbackOnly.tellCore()
            return read(owner, Core.openClient(settings.toByteArray()))
        }

        private fun read(owner: Any, record: ByteArray): Client {
            generateSequence { dropped.poll() as Client? }.forEach(Client::close)
            return record.orRefused { Client(owner, this) }
        }
    }
}
