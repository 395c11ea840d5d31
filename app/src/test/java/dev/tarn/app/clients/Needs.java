package dev.tarn.app.clients;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/// Tests that need tools. Where one is missing they are skipped, and the report names them and the
/// reason; with `CI=true` that is a failure, so that nothing goes untested unseen.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Condition.class)
@interface Needs {
    Tool[] value();

    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> reasons = new ArrayList<>();
            for (Tool tool : tools(context)) {
                if (tool.find() instanceof Tool.Found.Missing(String reason)) {
                    reasons.add(reason);
                }
            }
            if (reasons.isEmpty()) {
                return ConditionEvaluationResult.enabled("every tool is there");
            }
            String reason = String.join("; ", reasons);
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException(
                        "%s cannot run, and CI skips nothing: %s"
                                .formatted(context.getDisplayName(), reason));
            }
            return ConditionEvaluationResult.disabled(reason);
        }

        private static List<Tool> tools(ExtensionContext context) {
            return AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
                    .map(needs -> List.of(needs.value()))
                    .orElse(List.of());
        }
    }
}
