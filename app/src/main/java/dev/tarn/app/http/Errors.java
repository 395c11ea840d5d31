package dev.tarn.app.http;

import dev.tarn.catalog.BusyException;
import dev.tarn.catalog.ProtectedException;
import dev.tarn.catalog.event.EventsGoneException;
import dev.tarn.catalog.function.NoSuchFunctionException;
import dev.tarn.storage.ObjectNotFoundException;
import dev.tarn.storage.StorageException;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.StoreException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.RetryableValidationException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchPlanIdException;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.jspecify.annotations.Nullable;

/// The one place where an exception becomes a status, a type and a body
/// `{"error":{"message","type","code"}}`. Clients branch on the type and on the code in the body,
/// which always equals the status. A stack trace never leaves the process.
public final class Errors {
    /// After how many seconds to ask again, where surely nothing happened.
    private static final String RETRY_AFTER_SECONDS = "1";

    private record Kind(
            Class<? extends Throwable> exception, int status, String type, boolean retry) {}

    /// The first class that fits decides, so a subclass stands before its superclass.
    private static final List<Kind> KINDS =
            List.of(
                    kind(NoSuchNamespaceException.class, 404, "NoSuchNamespaceException"),
                    kind(NoSuchTableException.class, 404, "NoSuchTableException"),
                    kind(NoSuchViewException.class, 404, "NoSuchViewException"),
                    kind(NoSuchFunctionException.class, 404, "NoSuchFunctionException"),
                    kind(NoSuchWarehouseException.class, 404, "NoSuchWarehouseException"),
                    kind(NoSuchPlanIdException.class, 404, "NoSuchPlanIdException"),
                    kind(NoSuchPlanTaskException.class, 404, "NoSuchPlanTaskException"),
                    kind(NotFoundException.class, 404, "NotFoundException"),
                    kind(ObjectNotFoundException.class, 404, "NotFoundException"),
                    kind(EventsGoneException.class, 410, "EventsGoneException"),
                    kind(AlreadyExistsException.class, 409, "AlreadyExistsException"),
                    kind(NamespaceNotEmptyException.class, 409, "NamespaceNotEmptyException"),
                    kind(ProtectedException.class, 409, "ProtectedException"),
                    kind(CommitFailedException.class, 409, "CommitFailedException"),
                    // A snapshot that another commit has overtaken: the client tries again.
                    kind(RetryableValidationException.class, 409, "CommitFailedException"),
                    kind(ValidationException.class, 400, "ValidationException"),
                    kind(BadRequestException.class, 400, "BadRequestException"),
                    kind(IllegalArgumentException.class, 400, "IllegalArgumentException"),
                    kind(UnprocessableEntityException.class, 422, "UnprocessableEntityException"),
                    kind(UnsupportedOperationException.class, 406, "UnsupportedOperationException"),
                    kind(NotAuthorizedException.class, 401, "NotAuthorizedException"),
                    kind(ForbiddenException.class, 403, "ForbiddenException"),
                    kind(CommitStateUnknownException.class, 500, "CommitStateUnknownException"),
                    kind(OutcomeUnknownException.class, 500, "CommitStateUnknownException"),
                    // Not 503: to clients that would mean that a commit may have taken effect.
                    new Kind(BusyException.class, 429, "TooManyRequestsException", true),
                    new Kind(
                            ServiceUnavailableException.class,
                            503,
                            "ServiceUnavailableException",
                            true),
                    // The rows promise that nothing of the transaction took effect.
                    new Kind(StoreException.class, 503, "ServiceUnavailableException", true),
                    kind(StorageException.class, 500, "ServiceFailureException"),
                    kind(ServiceFailureException.class, 500, "ServiceFailureException"),
                    kind(RuntimeIOException.class, 500, "ServiceFailureException"),
                    kind(RESTException.class, 500, "ServiceFailureException"));

    private Errors() {}

    /// Answers a request that ended with an exception.
    ///
    /// @param readOnly whether the request can have changed nothing; only then is an object store
    ///   that is down a reason to ask again
    public static Response of(Throwable thrown, boolean readOnly) {
        if (thrown instanceof HttpException refused) {
            Response response = body(refused.status(), refused.type(), refused.getMessage());
            String allow = refused.allow();
            return allow == null ? response : response.withHeader("Allow", allow);
        }
        if (readOnly && thrown instanceof StorageException) {
            return retry(body(503, "ServiceUnavailableException", message(thrown)));
        }
        Kind kind = find(thrown.getClass());
        if (kind == null) {
            // A bug. Its message may tell of the inside; the log has it whole.
            return body(500, "InternalServerError", "Internal server error");
        }
        Response response = body(kind.status(), kind.type(), message(thrown));
        return kind.retry() ? retry(response) : response;
    }

    /// The status that answers an exception.
    public static int status(Throwable thrown) {
        if (thrown instanceof HttpException refused) {
            return refused.status();
        }
        Kind kind = find(thrown.getClass());
        return kind == null ? 500 : kind.status();
    }

    /// Tells of an exception inside of an answer to something else; empty if the exception is a
    /// bug.
    public static Optional<ErrorResponse> tell(Throwable thrown) {
        return Optional.ofNullable(find(thrown.getClass()))
                .map(kind -> error(kind.status(), kind.type(), message(thrown)));
    }

    /// Answers with a body of Iceberg's shape.
    public static Response body(int status, String type, String message) {
        return Response.json(status, error(status, type, message));
    }

    private static ErrorResponse error(int status, String type, String message) {
        return ErrorResponse.builder()
                .responseCode(status)
                .withType(type)
                .withMessage(message)
                .build();
    }

    /// Answers what was refused before there was a request.
    static Response of(int status, @Nullable String reason) {
        String message = reason == null ? "Request was refused" : reason;
        return switch (status) {
            case 400 -> body(400, "BadRequestException", message);
            case 503 -> retry(body(503, "ServiceUnavailableException", message));
            default ->
                    body(
                            status,
                            status < 500 ? "BadRequestException" : "InternalServerError",
                            message);
        };
    }

    /// Whether the answer to an exception was chosen; otherwise it is a bug.
    static boolean isKnown(Throwable thrown) {
        return thrown instanceof HttpException || find(thrown.getClass()) != null;
    }

    /// `status type` of an exception, if it was chosen.
    static Optional<String> answer(Class<? extends Throwable> thrown) {
        return Optional.ofNullable(find(thrown)).map(kind -> kind.status() + " " + kind.type());
    }

    private static @Nullable Kind find(Class<? extends Throwable> thrown) {
        for (Kind kind : KINDS) {
            if (kind.exception().isAssignableFrom(thrown)) {
                return kind;
            }
        }
        return null;
    }

    private static String message(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }

    private static Response retry(Response response) {
        return response.withHeader("Retry-After", RETRY_AFTER_SECONDS);
    }

    private static Kind kind(Class<? extends Throwable> exception, int status, String type) {
        return new Kind(exception, status, type, false);
    }
}
