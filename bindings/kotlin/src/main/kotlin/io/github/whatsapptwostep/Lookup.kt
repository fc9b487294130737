package io.github.whatsapptwostep

import java.io.IOException
import java.io.InterruptedIOException
import java.net.InetAddress
import java.util.concurrent.CancellationException
import java.util.concurrent.ExecutionException
import java.util.concurrent.FutureTask
import okhttp3.Dns

/**
 * Looks names up on a thread of ours: Java can't stop the look-up of a name, so it is left behind where its request is stopped. It
 * does nothing of that outside of a [Flight].
 */
internal class Lookup(private val dns: Dns) : Dns {
    override fun lookup(hostname: String): List<InetAddress> {
        val flight = Flight.onThisThread.get() ?: return dns.lookup(hostname)
        val task = FutureTask { dns.lookup(hostname) }
        flight.lookup = task
        Threads.pool.execute(task)
        try {
            return task.get()
        } catch (error: ExecutionException) {
            throw error.cause ?: error
        } catch (_: CancellationException) {
            throw IOException("the look-up of the name was stopped")
        } catch (_: InterruptedException) {
            Thread.currentThread().interrupt()
            throw InterruptedIOException("the look-up of the name was interrupted")
        }
    }
}
