package io.github.whatsapptwostep

import java.io.InputStream
import java.nio.file.Files
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.util.Locale

private const val LIBRARY = "whatsapp_two_step_uniffi"

/** The library that [Core] is in: loaded once; where that fails, it fails in the same words each time. */
internal object Library {
    private val problem: String? = runCatching { load() }.exceptionOrNull()?.let(::explain)

    /** @throws UnsatisfiedLinkError if it can't be loaded; its message says what to do. */
    fun check() {
        if (problem != null) throw UnsatisfiedLinkError(problem)
    }

    /** From the JAR; on Android, and where the JAR has none for this platform, from where Java looks for libraries. */
    private fun load() {
        open(platform())?.use(::loadCopy) ?: System.loadLibrary(LIBRARY)
        val records = Core.records()
        check(records == Core.RECORDS) { "the library is of another version (its records are $records, and not ${Core.RECORDS})" }
    }

    private fun loadCopy(library: InputStream) {
        val file = Files.createTempFile("", fileName(platform()))
        try {
            Files.copy(library, file, REPLACE_EXISTING)
            System.load(file.toString())
        } finally {
            // Loaded, it needs its file no more; but Windows doesn't let it go before the end.
            if (!file.toFile().delete()) file.toFile().deleteOnExit()
        }
    }

    private fun open(platform: String) = Library::class.java.getResourceAsStream("/$platform/${fileName(platform)}")

    private fun fileName(platform: String) =
        when {
            platform.startsWith("win32") -> "$LIBRARY.dll"
            platform.startsWith("darwin") -> "lib$LIBRARY.dylib"
            else -> "lib$LIBRARY.so"
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

    private fun explain(error: Throwable): String {
        val platform = platform()
        val held = PLATFORMS.filter { open(it)?.close() != null }
        val cure =
            when {
                platform !in held -> "Run it on one of those, or build the library for this one and name its folder in -Djava.library.path"
                error is IllegalStateException -> "Take JAR and library of one release"
                else ->
                    "On Alpine, take an image with glibc; where the folder of temporary files allows no programs, name another one in " +
                        "-Djava.io.tmpdir"
            }
        val holds = held.joinToString().ifEmpty { "none" }
        return "whatsapp-two-step can't load its library for $platform: ${error.message}. The JAR holds $holds. $cure."
    }

    private val PLATFORMS
        get() = listOf("linux-x86-64", "linux-aarch64", "darwin-x86-64", "darwin-aarch64", "win32-x86-64", "win32-aarch64")
}
