namespace Terrace.Linux.Processes;

/// <summary>What Kubernetes calls a pod; both outlive the pod's identifier where a StatefulSet or a person gave the name.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The pod's name in it.</param>
public sealed record PodName(string Namespace, string Name);
