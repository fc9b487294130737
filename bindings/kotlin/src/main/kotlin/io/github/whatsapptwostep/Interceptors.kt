package io.github.whatsapptwostep

import java.io.IOException
import java.net.Socket
import java.nio.channels.spi.AbstractInterruptibleChannel
import java.util.Collections
import java.util.WeakHashMap
import okhttp3.Connection
import okhttp3.Interceptor
import okhttp3.Response

/** Sends a request once more over a new connection, where the one that it went over had been closed while it was idle. */
internal object SecondConnection : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val flight = chain.flight
        while (true) {
            try {
                return chain.proceed(chain.request())
            } catch (error: IOException) {
                if (flight?.goesAgain(error) != true) throw error
            }
        }
    }
}

/** Runs between connecting and sending: what fails before it has sent nothing. */
internal class Departure : Interceptor {
    private val used = Collections.synchronizedSet(Collections.newSetFromMap(WeakHashMap<Connection, Boolean>()))

    override fun intercept(chain: Interceptor.Chain): Response {
        val connection = checkNotNull(chain.connection()) // a network interceptor's always has one
        val isNew = used.add(connection)
        if (isNew) runCatching { connection.socket().setUp() }
        chain.flight?.depart(connection, isNew)
        val response = chain.proceed(chain.request())
        // OkHttp would send a request without a body once more by itself. To wait for 0 s and to be told nothing is the same.
        val isSentAgain = response.code == 503 && response.header("Retry-After")?.toIntOrNull() == 0
        return if (isSentAgain) response.newBuilder().removeHeader("Retry-After").build() else response
    }
}

private fun Socket.setUp() {
    keepAlive = true
    tcpNoDelay = true // else the body may wait until the server has acknowledged the headers: 40 ms to a near one
}

/** The call's own request has it: a user's interceptor may go on with another request, made from nothing. */
private val Interceptor.Chain.flight: Flight? get() = call().request().tag(Flight::class.java)

/**
 * Runs [stop] when a thread is interrupted during its work. Reading a socket takes no notice of that by itself; a channel's way of
 * hearing of it is all that Java has.
 */
internal class Interruption(private val stop: () -> Unit) : AbstractInterruptibleChannel() {
    override fun implCloseChannel() = stop()

    /** @throws java.nio.channels.ClosedByInterruptException if the thread was interrupted. */
    fun <T> during(work: () -> T): T {
        begin()
        try {
            return work()
        } finally {
            end(true)
        }
    }
}
