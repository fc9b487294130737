import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.whatsapptwostep.AttemptEnd;
import io.github.whatsapptwostep.AuthenticationError;
import io.github.whatsapptwostep.ErrorKind;
import io.github.whatsapptwostep.InvalidPinError;
import io.github.whatsapptwostep.InvalidWebhookError;
import io.github.whatsapptwostep.Outcome;
import io.github.whatsapptwostep.PhoneNumber;
import io.github.whatsapptwostep.PinState;
import io.github.whatsapptwostep.SetTwoStepPinResponse;
import io.github.whatsapptwostep.Transport;
import io.github.whatsapptwostep.TransportException;
import io.github.whatsapptwostep.TransportResponse;
import io.github.whatsapptwostep.TwoStepApi;
import io.github.whatsapptwostep.TwoStepClient;
import io.github.whatsapptwostep.TwoStepError;
import io.github.whatsapptwostep.TwoStepPins;
import io.github.whatsapptwostep.TwoStepWebhook;
import io.github.whatsapptwostep.UnexpectedResponseError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The package from Java. */
class JavaTest {
    private static TwoStepClient client(String token) {
        return TwoStepClient.builder(token)
                .baseUrl(System.getenv("SANDBOX_URL"))
                .timeout(Duration.ofSeconds(10))
                .connectTimeout(Duration.ofSeconds(2))
                .maxRetries(1)
                .build();
    }

    @Test
    void blocking() throws InterruptedException {
        try (TwoStepClient client = client("EAAjava")) {
            assertEquals(1, client.setTwoStepPinBlocking("106540352242003", "012345").getAttempts());
        }
        assertEquals("012345", Sandbox.INSTANCE.pin("106540352242003"));
    }

    @Test
    void errors() {
        TwoStepError error = assertThrows(AuthenticationError.class, () -> client("EAAsandboxExpired").setTwoStepPinBlocking("1", "012345"));
        assertEquals(ErrorKind.AUTHENTICATION, error.getKind());
        assertThrows(InvalidPinError.class, () -> client("EAAjava").setTwoStepPinBlocking("1", "12345"));
    }

    @Test
    void future() throws Exception {
        client("EAAjava").setTwoStepPinAsync("106540352242004", "012345").get();
        ExecutionException error = assertThrows(ExecutionException.class, () -> client("EAAsandboxExpired").setTwoStepPinAsync("1", "012345").get());
        assertInstanceOf(AuthenticationError.class, error.getCause());
    }

    @Test
    void ownTransport() throws InterruptedException {
        Transport works = Transport.blocking(request -> new TransportResponse(
                200, Map.of("x-fb-request-id", "AbC"), "{\"success\":true}".getBytes(StandardCharsets.UTF_8)));
        assertEquals("AbC", TwoStepClient.builder("EAAjava").transport(works).build().setTwoStepPinBlocking("1", "012345").getTraceId());

        Transport fails = Transport.blocking(request -> { throw TransportException.timeout(null, true); });
        TwoStepClient client = TwoStepClient.builder("EAAjava").transport(fails).maxRetries(0).build();
        assertEquals("not_sent", assertThrows(TwoStepError.class, () -> client.setTwoStepPinBlocking("1", "012345")).getOutcome().getCode());
    }

    /** Kotlin's types keep it from nulls; Java's don't. */
    @Test
    void aNullIsNoAnswer() {
        Map<String, String> headers = new HashMap<>();
        headers.put(null, "HTTP/1.1 200 OK"); // as HttpURLConnection gives them
        byte[] body = "{\"success\":true}".getBytes(StandardCharsets.UTF_8);
        for (TransportResponse answer : new TransportResponse[] {null, new TransportResponse(200, headers, body)}) {
            TwoStepClient client = TwoStepClient.builder("EAAjava").transport(Transport.blocking(request -> answer)).build();
            ExecutionException failed = assertThrows(ExecutionException.class, () -> client.setTwoStepPinAsync("1", "012345").get());
            for (Throwable error : List.of(assertThrows(TwoStepError.class, () -> client.setTwoStepPinBlocking("1", "012345")), failed.getCause())) {
                UnexpectedResponseError unusable = assertInstanceOf(UnexpectedResponseError.class, error);
                assertEquals(List.of(Outcome.UNKNOWN, 1, false), List.of(unusable.getOutcome(), unusable.getAttempts(), unusable.isRetryable()));
                assertTrue(unusable.getMessage().contains("transport must return a TransportResponse, with no null"), unusable.getMessage());
            }
        }
    }

    @Test
    void limitsOfOneCallAndAnotherToken() throws InterruptedException {
        List<AttemptEnd> ends = new ArrayList<>();
        try (TwoStepClient client = TwoStepClient.builder("EAAjava").baseUrl(System.getenv("SANDBOX_URL")).listener(ends::add).build()) {
            TwoStepApi api = client.withAccessToken("EAAother");
            assertEquals(1, api.setTwoStepPinBlocking("106540352242006", "012345", Duration.ofSeconds(5), 0).getAttempts());
            assertEquals(List.of(1), ends.stream().map(AttemptEnd::getNumber).collect(Collectors.toList()));
        }
    }

    @Test
    void numbers() {
        int count = 0;
        try (TwoStepClient client = client("EAAjava")) {
            for (PhoneNumber number : client.phoneNumbersBlocking("940200000000091", Duration.ofSeconds(5), 0)) {
                assertTrue(number.getPin() != PinState.UNKNOWN && number.getId().length() == 15);
                count++;
            }
        }
        assertEquals(100, count);
        Iterable<PhoneNumber> refused = client("EAAsandboxExpired").phoneNumbersBlocking("930000000000001");
        assertThrows(AuthenticationError.class, () -> refused.iterator().next());
    }

    @Test
    void pinsAndWebhooks() {
        assertEquals(6, TwoStepPins.generatePin().length());
        assertTrue(TwoStepPins.isWeakPin("111111"));
        assertThrows(InvalidWebhookError.class, () -> TwoStepWebhook.securityEvents(new byte[0], null, "secret"));
    }

    @Test
    void whatTestsMake() {
        TwoStepError error = TwoStepError.of(ErrorKind.RATE_LIMITED, Outcome.REJECTED);
        assertEquals(error.toMap(), TwoStepError.fromMap(error.toMap()).toMap());
        assertEquals("rejected", error.toTags().get("whatsapp.outcome"));
        assertEquals("AbC", new SetTwoStepPinResponse("AbC").getTraceId());
    }
}
