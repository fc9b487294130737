package io.github.whatsapptwostep

import java.time.Duration
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Future
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicReference
import okhttp3.HttpUrl

/**
 * The connections that a transport is making: over HTTP/2, one at a time to each server.
 *
 * When a server ends an HTTP/2 connection under many calls, OkHttp opens a connection for each of them, and then keeps one. The
 * handshakes cost more than all else. So where one connection serves all, the first opens it, and the others wait for it.
 */
internal class Connects {
    private val servers = ConcurrentHashMap<String, Server>()

    /** Does one connection serve all calls, as one that was made tells? */
    fun share(url: HttpUrl, isHttp2: Boolean) {
        val server = servers.computeIfAbsent("${url.host}:${url.port}") { Server() }
        if (server.isShared != isHttp2) server.isShared = isHttp2
    }

    /**
     * To be called where there is no connection to be had, before the last look for one. It waits for its turn: to make one, or to take
     * that which another has made. Null, if nobody has to wait for this one.
     *
     * @param waits is told what to cancel to end the waiting.
     */
    fun make(url: HttpUrl, waits: (Future<*>) -> Unit): Making? {
        val server = servers["${url.host}:${url.port}"] ?: return null
        val making = Making(server)
        val patience = System.nanoTime() + PATIENCE.toNanos()
        while (server.isShared) {
            val other = server.maker.get()
            if (other != null) {
                val end = other.end.thenRun {} // its own, so that cancelling it ends nothing for others
                waits(end)
                if (!end.comes(patience)) return null
            } else if (server.maker.compareAndSet(null, making)) {
                return making
            }
        }
        return null
    }

    private fun Future<*>.comes(patience: Long): Boolean =
        try {
            get(patience - System.nanoTime(), NANOSECONDS)
            true
        } catch (_: TimeoutException) {
            false // its packets may have got lost
        } catch (_: CancellationException) {
            false // the request is over, as whoever comes next will see
        } catch (_: InterruptedException) {
            Thread.currentThread().interrupt()
            false
        }

    internal class Server {
        @Volatile var isShared = false
        val maker = AtomicReference<Making?>()
    }

    /** Whoever has this makes the connection. */
    internal class Making(private val server: Server) {
        val end = CompletableFuture<Unit>()

        /** It is made, or not: then nobody should wait for the next one to try. */
        fun ends(isMade: Boolean) {
            if (end.isDone) return
            if (!isMade) server.isShared = false
            server.maker.compareAndSet(this, null)
            end.complete(Unit)
        }
    }

    private companion object {
        val PATIENCE: Duration = Duration.ofSeconds(1)
    }
}
