"""What a session's containers are made from: Dockerfiles, digests, seccomp profile.

Empty until `kirosafe run` lands.
"""
