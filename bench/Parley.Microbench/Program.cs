using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using Parley.Microbench;

// In this process: a project of its own for each run would have to be restored and built.
var config = DefaultConfig.Instance.AddJob(Job.InProcess).AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromTypes([typeof(HotPath)]).Run(args.Length == 0 ? ["--filter", "*"] : args, config);
