package io.github.whatsapptwostep

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.nio.ByteBuffer
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.sync.Semaphore

/** The core's part of a [TwoStepClient]: its settings, by number. One whose owner was dropped unclosed goes when the next is made. */
internal class Client private constructor(owner: TwoStepClient, val number: Long, val way: Way) :
    PhantomReference<Any>(owner, dropped), AutoCloseable {
    val listener: AttemptListener? get() = way.listener

    override fun close() {
        if (open.remove(this)) Core.closeClient(number)
    }

    /** The same for another token, over the same connections. */
    fun withAccessToken(owner: TwoStepClient, token: String): Client =
        read(Core.withAccessToken(number, Record().text(token).toByteArray())) { number, _ -> Client(owner, number, way) }

    companion object {
        private val open: MutableSet<Client> = ConcurrentHashMap.newKeySet()
        private val dropped = ReferenceQueue<Any>()

        fun open(owner: TwoStepClient, settings: Record, transport: Transport, listener: AttemptListener?): Client {
            Library.check()
            return read(Core.openClient(settings.toByteArray())) { number, maxInFlight ->
                Client(owner, number, Way(transport, listener, Semaphore(maxInFlight)))
            }
        }

        private fun read(record: ByteArray, client: (Long, Int) -> Client): Client {
            generateSequence { dropped.poll() as Client? }.forEach(Client::close)
            val opening = ByteBuffer.wrap(record)
            if (opening.int != 1) throw twoStepError(Failure.read(opening), cause = null)
            return client(opening.long, opening.int).also(open::add)
        }
    }
}

/** What clients for several tokens share. [turns] are as many as calls may be under way at once; who waits comes in his order. */
internal class Way(val transport: Transport, val listener: AttemptListener?, val turns: Semaphore)
