module app {
    requires io.github.whatsapptwostep;
    requires kotlin.stdlib;
    requires kotlinx.coroutines.core;
    requires okhttp3;
}
