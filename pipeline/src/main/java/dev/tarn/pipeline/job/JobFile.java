package dev.tarn.pipeline.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.seatunnel.shade.com.typesafe.config.Config;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigException;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigFactory;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigList;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigObject;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigParseOptions;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigResolveOptions;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigSyntax;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigValue;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigValueType;
import org.jspecify.annotations.Nullable;

/// Reads a job file, in HOCON or JSON.
public final class JobFile {
    /// The env block; the other tables are beside the plugins they describe.
    public static final OptionTable ENV =
            new OptionTable(
                    "env",
                    "How the job as a whole runs.",
                    List.of(
                            Option.honoured(
                                    "job.name",
                                    Option.Kind.TEXT,
                                    null,
                                    "The identity of the pipeline: its position and the files it"
                                            + " has loaded are kept under this name. Default: the"
                                            + " name of the file."),
                            Option.honoured(
                                    "job.mode",
                                    Option.Kind.TEXT,
                                    "BATCH",
                                    "`BATCH` ends; `STREAMING` goes on until it is cancelled, and"
                                            + " is refused for sources that have an end."),
                            Option.honoured(
                                    "checkpoint.interval",
                                    Option.Kind.NUMBER,
                                    null,
                                    "Milliseconds between commits inside one run, 30000, or 10000"
                                            + " when streaming. A commit stores the rows and the"
                                            + " position together."),
                            Option.honoured(
                                    "tarn.checkpoint.rows",
                                    Option.Kind.NUMBER,
                                    "10000000",
                                    "Rows between commits, if they come before the interval."),
                            Option.withoutEffect(
                                            "parallelism",
                                            Option.Kind.NUMBER,
                                            "The runner decides; what is loaded does not depend on"
                                                + " it (a `FakeSource` makes `row.num` rows, not"
                                                + " that many per reader).")
                                    .formerly("execution.parallelism"),
                            Option.withoutEffect(
                                    "checkpoint.timeout",
                                    Option.Kind.NUMBER,
                                    "A commit here has no timeout that could throw work away."),
                            Option.withoutEffect(
                                    "job.retry.times",
                                    Option.Kind.NUMBER,
                                    "Run the job again: it goes on where it stopped."),
                            Option.withoutEffect(
                                    "job.retry.interval.seconds",
                                    Option.Kind.NUMBER,
                                    "As `job.retry.times`."),
                            Option.withoutEffect(
                                    "savemode.execute.location",
                                    Option.Kind.TEXT,
                                    "There is one process."),
                            Option.refused(
                                    "read_limit.rows_per_second", "reading is not throttled"),
                            Option.refused(
                                    "read_limit.bytes_per_second", "reading is not throttled"),
                            Option.refused("jars", "plugins cannot be loaded"),
                            Option.refused("custom_parameters", "there is nothing to pass them to"),
                            Option.refused("tag_filter", "there is one process"),
                            Option.refused("shade.identifier", "encrypted values cannot be read"),
                            Option.refused("sink.flush.interval", "use checkpoint.interval")));

    private static final Pattern LINE = Pattern.compile(": (\\d+)");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{\\??([^}]+)}");

    private final Map<String, OptionTable> sources;
    private final Map<String, OptionTable> transforms;
    private final Map<String, OptionTable> sinks;

    /// Takes the plugins a job may use.
    public JobFile(
            List<OptionTable> sources, List<OptionTable> transforms, List<OptionTable> sinks) {
        this.sources = byName(sources);
        this.transforms = byName(transforms);
        this.sinks = byName(sinks);
    }

    /// Reads a job, with its variables in place and nothing else looked at: what another engine is
    /// to run may have plugins and options that are not known here.
    ///
    /// @throws JobException if the text is not HOCON, or a variable has no value
    public static SequencedMap<String, Setting> resolved(
            JobSource source, Map<String, String> variables, Map<String, String> environment) {
        var problems = new Problems(source.name());
        SequencedMap<String, Setting> root =
                tree(source, variables, new Variables(variables, environment, problems), problems);
        problems.raise();
        return root;
    }

    private static Map<String, OptionTable> byName(List<OptionTable> tables) {
        Map<String, OptionTable> byName = new LinkedHashMap<>();
        tables.forEach(t -> byName.put(t.plugin().toLowerCase(Locale.ROOT), t));
        return byName;
    }

    /// Reads and checks a job. Problems that do not stop the reading are collected in `problems`.
    ///
    /// @throws JobException if the text is not HOCON at all
    public Job read(
            JobSource source,
            Map<String, String> variables,
            Map<String, String> environment,
            Problems problems) {
        SequencedMap<String, Setting> root =
                tree(source, variables, new Variables(variables, environment, problems), problems);
        problemsOfBlocks(root, problems);
        Block env = Block.check(ENV, line(root.get("env")), map(root.get("env")), problems);
        for (String needed : List.of("source", "sink")) {
            if (list(root.get(needed)).isEmpty()) {
                problems.add(
                        line(root.get(needed)), needed + ": missing, a job needs at least one");
            }
        }
        List<Block> sourceBlocks = blocks("source", root, sources, problems);
        List<Block> transformBlocks = blocks("transform", root, transforms, problems);
        List<Block> sinkBlocks = blocks("sink", root, sinks, problems);
        String name = env.textOrNull("job.name");
        return new Job(
                name != null ? name : baseName(source.name()),
                env,
                sourceBlocks,
                transformBlocks,
                sinkBlocks);
    }

    private static void problemsOfBlocks(SequencedMap<String, Setting> root, Problems problems) {
        List<String> known = List.of("env", "source", "transform", "sink");
        root.forEach((name, setting) -> {
            if (!known.contains(name)) {
                String hint =
                        Nearest.of(name, known)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse(", expected env, source, transform or sink");
                problems.add(setting.line(), name + ": unknown block" + hint);
            }
        });
    }

    private static List<Block> blocks(
            String kind,
            SequencedMap<String, Setting> root,
            Map<String, OptionTable> tables,
            Problems problems) {
        List<Setting> given = list(root.get(kind));
        List<Block> blocks = new ArrayList<>();
        for (Setting setting : given) {
            String name = pluginName(setting);
            OptionTable table = tables.get(name.toLowerCase(Locale.ROOT));
            if (table == null) {
                List<String> names = tables.values().stream().map(OptionTable::plugin).toList();
                String hint =
                        Nearest.of(name, names)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse(", expected one of " + String.join(", ", names));
                problems.add(setting.line(), "%s %s: unknown plugin%s".formatted(kind, name, hint));
                continue;
            }
            SequencedMap<String, Setting> options = map(setting);
            options.remove("plugin_name");
            blocks.add(Block.check(table, setting.line(), options, problems));
        }
        return blocks;
    }

    private static String pluginName(Setting setting) {
        Setting name = map(setting).get("plugin_name");
        return name == null ? "without plugin_name" : name.text();
    }

    private static SequencedMap<String, Setting> tree(
            JobSource source,
            Map<String, String> variables,
            Variables replacement,
            Problems problems) {
        boolean json =
                source.name().endsWith(".json") || source.text().stripLeading().startsWith("{");
        ConfigParseOptions options =
                ConfigParseOptions.defaults()
                        .setOriginDescription(source.name())
                        .setSyntax(json ? ConfigSyntax.JSON : ConfigSyntax.CONF);
        try {
            Config parsed = ConfigFactory.parseString(source.text(), options);
            Config resolved =
                    parsed.resolveWith(
                            parsed.withFallback(literals(variables)).resolve(lenient()), lenient());
            Setting root = setting(resolved.root(), parsed.root(), 0, replacement, problems);
            return map(root);
        } catch (ConfigException e) {
            int line = e.origin() == null ? 0 : e.origin().lineNumber();
            problems.add(line, sentence(e, source.name()));
            problems.raise();
            throw e;
        }
    }

    private static ConfigResolveOptions lenient() {
        return ConfigResolveOptions.defaults().setAllowUnresolved(true);
    }

    private static Config literals(Map<String, String> variables) {
        return ConfigFactory.parseMap(new LinkedHashMap<String, Object>(variables), "variables");
    }

    /// The parser's sentence without its own copy of file and line.
    private static String sentence(ConfigException e, String file) {
        String text = String.valueOf(e.getMessage());
        if (text.startsWith(file + ": ")) {
            text = text.substring(file.length() + 2).replaceFirst("^\\d+: ", "");
        }
        int advice = text.indexOf(" (if you ");
        return "not a job file: " + (advice > 0 ? text.substring(0, advice) : text);
    }

    /// A value with its line. Where a substitution took the line away, the text before it has it.
    private static Setting setting(
            ConfigValue value,
            @Nullable ConfigValue written,
            int lineAround,
            Variables variables,
            Problems problems) {
        int line = line(value, written, lineAround);
        if (value instanceof ConfigObject object) {
            ConfigObject before = written instanceof ConfigObject o ? o : null;
            SequencedMap<String, Setting> map = new LinkedHashMap<>();
            object.forEach((key, child) -> {
                ConfigValue childBefore = before == null ? null : before.get(key);
                map.put(key, setting(child, childBefore, line, variables, problems));
            });
            int first = map.values().stream().mapToInt(Setting::line).min().orElse(line);
            return new Setting(map, line > 0 ? line : first);
        }
        if (value instanceof ConfigList list) {
            ConfigList before = written instanceof ConfigList l ? l : null;
            List<Setting> settings = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                ConfigValue childBefore =
                        before == null || before.size() != list.size() ? null : before.get(i);
                settings.add(setting(list.get(i), childBefore, line, variables, problems));
            }
            return new Setting(settings, line);
        }
        if (isUnresolved(value)) {
            Matcher reference = REFERENCE.matcher(value.toString());
            problems.add(
                    line,
                    Variables.unset(reference.find() ? reference.group(1) : value.toString()));
            return new Setting("", line);
        }
        if (value.valueType() == ConfigValueType.NULL) {
            return new Setting(null, line);
        }
        Object plain = value.unwrapped();
        return new Setting(
                plain instanceof String text ? variables.replace(text, line) : plain, line);
    }

    private static boolean isUnresolved(ConfigValue value) {
        try {
            value.valueType();
            return false;
        } catch (ConfigException.NotResolved e) {
            return true;
        }
    }

    private static int line(ConfigValue value, @Nullable ConfigValue written, int lineAround) {
        for (ConfigValue candidate : written == null ? List.of(value) : List.of(written, value)) {
            if (candidate.origin().lineNumber() > 0) {
                return candidate.origin().lineNumber();
            }
            Matcher matcher = LINE.matcher(candidate.origin().description());
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        return lineAround;
    }

    /// What a job is called whose env block does not say.
    public static String baseName(String file) {
        String name = String.valueOf(Path.of(file).getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static int line(@Nullable Setting setting) {
        return setting == null ? 0 : setting.line();
    }

    private static SequencedMap<String, Setting> map(@Nullable Setting setting) {
        SequencedMap<String, Setting> map = setting == null ? null : setting.mapOrNull();
        return map == null ? new LinkedHashMap<>() : map;
    }

    private static List<Setting> list(@Nullable Setting setting) {
        List<Setting> list = setting == null ? null : setting.listOrNull();
        return list == null ? List.of() : list;
    }
}
