package io.github.whatsapptwostep

import java.nio.file.Files
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.util.Locale

private const val LIBRARY = "whatsapp_two_step_uniffi"

/**
 * The core, which is in Rust, by JNI. It begins calls, is told what happened, and says what to do next.
 *
 * Clients and calls are numbers, times are nanoseconds since a call began, and records are bytes: see [Record] and [Step].
 */
internal object Core {
    init {
        load()
    }

    @JvmStatic external fun openClient(settings: ByteArray): ByteArray

    @JvmStatic external fun closeClient(client: Long)

    @JvmStatic external fun begin(beginning: ByteArray): ByteArray

    @JvmStatic external fun answered(call: Long, elapsed: Long, answer: ByteArray): ByteArray

    @JvmStatic external fun failed(call: Long, elapsed: Long, noAnswer: ByteArray): ByteArray

    @JvmStatic external fun expired(call: Long, elapsed: Long, mayHaveLeft: Boolean): ByteArray

    @JvmStatic external fun waited(call: Long, elapsed: Long): ByteArray

    @JvmStatic external fun cancel(call: Long)

    /** From the JAR; on Android, and where the JAR has none for this platform, from where Java looks for libraries. */
    private fun load() {
        val name = System.mapLibraryName(LIBRARY)
        val library = Core::class.java.getResourceAsStream("/${platform()}/$name") ?: return System.loadLibrary(LIBRARY)
        val file = Files.createTempFile("", name)
        try {
            library.use { Files.copy(it, file, REPLACE_EXISTING) }
            System.load(file.toString())
        } finally {
            // Loaded, it needs its file no more; but Windows doesn't let it go before the end.
            if (!file.toFile().delete()) file.toFile().deleteOnExit()
        }
    }

    private fun platform(): String {
        val system = System.getProperty("os.name").lowercase(Locale.ROOT)
        val family =
            when {
                system.startsWith("windows") -> "win32"
                system.startsWith("mac") -> "darwin"
                else -> system
            }
        return when (val processor = System.getProperty("os.arch")) {
            "amd64", "x86_64" -> "$family-x86-64"
            else -> "$family-$processor"
        }
    }
}
