using Terrace.Linux;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Daemon;

/// <summary>Attaches a process for tracking and migration (<see cref="LinuxMachine.Attach"/>); false with the reason.</summary>
internal delegate bool ProcessAttach(int pid, out LinuxProcess? process, out AttachError? error, TrackerChoice choice);
