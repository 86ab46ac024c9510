"""Shipments: one parcel each, its lines and quantities, its tracking number and its scans."""
