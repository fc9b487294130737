package io.github.whatsapptwostep

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.nio.ByteBuffer
import java.util.concurrent.ConcurrentHashMap

/** The core's part of a [TwoStepClient]: its settings, by number. One whose owner was dropped unclosed goes when the next is made. */
internal class Client private constructor(owner: TwoStepClient, val number: Long) : PhantomReference<Any>(owner, dropped), AutoCloseable {
    override fun close() {
        if (open.remove(this)) Core.closeClient(number)
    }

    companion object {
        private val open: MutableSet<Client> = ConcurrentHashMap.newKeySet()
        private val dropped = ReferenceQueue<Any>()

        fun open(owner: TwoStepClient, settings: Record): Client {
            Library.check()
            generateSequence { dropped.poll() as Client? }.forEach(Client::close)
            val opening = ByteBuffer.wrap(Core.openClient(settings.toByteArray()))
            if (opening.int != 1) throw twoStepError(Failure(opening), cause = null)
            return Client(owner, opening.long).also(open::add)
        }
    }
}
