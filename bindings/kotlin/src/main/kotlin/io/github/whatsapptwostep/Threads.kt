package io.github.whatsapptwostep

import java.util.concurrent.ExecutorService
import java.util.concurrent.SynchronousQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher

/**
 * Threads of our own for what blocks: one for each request that is under way, as many as there are. A pool that is shared with others
 * could be full of threads that wait for something else.
 *
 * An idle one ends soon, so that neither a program nor a class loader is held.
 */
internal object Threads {
    val pool: ExecutorService =
        ThreadPoolExecutor(0, Int.MAX_VALUE, 5, TimeUnit.SECONDS, SynchronousQueue()) { work ->
            Thread(work, "whatsapp-two-step").apply {
                isDaemon = true
                contextClassLoader = Threads::class.java.classLoader // not that of whoever happens to call first
            }
        }

    /** For what blocks. */
    val blocking: CoroutineDispatcher = OnPool()

    /** For calls that have no other place. Another one than [blocking]: from one to the same, coroutines go on where they are. */
    val calls: CoroutineDispatcher = OnPool()

    private class OnPool : CoroutineDispatcher() {
        override fun dispatch(context: CoroutineContext, block: Runnable) = pool.execute(block)
    }
}
