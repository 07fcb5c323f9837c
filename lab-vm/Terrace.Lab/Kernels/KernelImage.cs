namespace Terrace.Lab.Kernels;

/// <summary>A kernel ready to boot.</summary>
/// <param name="Name">Its release, or the file's name when that is all one knows.</param>
/// <param name="VmlinuzPath">The compressed kernel.</param>
/// <param name="ModulesFolder">Folder of its modules, or null when everything is built in.</param>
public sealed record KernelImage(string Name, string VmlinuzPath, string? ModulesFolder);
