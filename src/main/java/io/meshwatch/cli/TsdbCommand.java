package io.meshwatch.cli;

import picocli.CommandLine.Command;

/** The store of a data folder, read-only; meshwatch or Prometheus may run on it meanwhile. */
@Command(
    name = "tsdb",
    mixinStandardHelpOptions = true,
    description = "Looks at the store of a data folder; changes nothing in it.",
    subcommands = {TsdbListCommand.class, TsdbVerifyCommand.class, TsdbAnalyzeCommand.class},
    footer = {"", "Examples:", "  meshwatch tsdb list data", "  meshwatch tsdb verify data", "  meshwatch tsdb analyze data"})
public final class TsdbCommand extends CommandGroup {}
