"""The register of what comes in and goes out (DPR 445/2000 artt. 53-57), our own or an outside system's."""
